using System.Globalization;
using System.Text;
using PastryActors.Node.Access;

namespace PastryActors.Node.Gateway;

/// <summary>A node's status in the text format that Prometheus reads (version 0.0.4).</summary>
internal static class PrometheusText
{
    public static string Of(NodeStatus status)
    {
        var text = new StringBuilder(4096);
        foreach (NodeFigure figure in NodeFigures.Of(status))
        {
            string name = "pastry_" + figure.Name + (figure.IsCounter ? "_total" : "");
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {figure.Help}\n# TYPE {name} {(figure.IsCounter ? "counter" : "gauge")}\n{name} {figure.Value}\n");
        }

        return text.ToString();
    }
}

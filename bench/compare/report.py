"""The table, and the page with bars."""
import html

STYLE = """body{font:15px sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}
table{width:100%}th{width:14em;text-align:left;font-weight:normal}td:last-child{width:8em;text-align:right}div{height:1em;min-width:1px}
.own{background:#2a6}.peer{background:#999}.quoted{background:#ccc}.no{color:#a00}.yes{color:#163}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}.no{color:#f77}.yes{color:#7d9}}"""


def word(result: dict) -> str:
    return {True: "reached", False: "NOT reached", None: ""}[result["reached"]]


def table(document: dict) -> str:
    lines = [f"{'WORK':52}{'PASTRY':>12}  {'':12} BESIDE IT"]
    for result in document["rows"]:
        own = result["figures"].get(result["of"], {}).get("value")
        beside = ", ".join(f"{who} {values['value']:,.4g}" for who, values in result["figures"].items() if who != result["of"])
        notes = "; ".join(part for part in (beside, result["verdict"]) if part)
        lines.append(f"{result['name']:52}{'-' if own is None else f'{own:,.4g}':>12}  {word(result):12} {notes}")
    reached = [result["reached"] for result in document["rows"]]
    lines.append(f"{reached.count(True)} reached, {reached.count(False)} not, {reached.count(None)} without a verdict; {document['runs']} rounds, {document['minutes']} minutes")
    return "\n".join(lines)


def page(document: dict) -> str:
    """Bars for each row, the longest as wide as the page."""
    parts = []
    for result in document["rows"]:
        longest = max((values["value"] for values in result["figures"].values()), default=1) or 1
        bars = "".join(bar(who, values, who == result["of"], longest) for who, values in result["figures"].items())
        state = {True: "yes", False: "no", None: ""}[result["reached"]]
        parts.append(
            f"<h2>{html.escape(result['name'])}</h2><p>{html.escape(result['figure'])}. {html.escape(result['verdict'])} "
            f"<b class='{state}'>{word(result)}</b></p><table>{bars}</table>")
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>PastryActors, measured {document['date']}</title>"
        f"<style>{STYLE}</style><h1>Measured {document['date']}</h1><p>Medians of {document['runs']} alternate rounds in {document['minutes']} minutes on {document['processors']} "
        f"processors; SHA-256 {document['sha256MBps']:.0f} MB/s a core. Pale bars are quoted: they were measured elsewhere.</p>{''.join(parts)}</html>")


def bar(who: str, values: dict, own: bool, longest: float) -> str:
    kind = "own" if own else "quoted" if "quoted" in values else "peer"
    title = html.escape(values.get("quoted", ", ".join(f"{sample:,.4g}" for sample in values.get("samples", []))), quote=True)
    return f"<tr title='{title}'><th>{html.escape(who)}</th><td><div class='{kind}' style='width:{100 * values['value'] / longest:.1f}%'></div></td><td>{values['value']:,.4g}</td></tr>"

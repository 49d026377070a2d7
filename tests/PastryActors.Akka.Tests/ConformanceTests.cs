using PastryActors.Akka.Tests.Support;
using PastryActors.Tests.Engines;

namespace PastryActors.Akka.Tests;

public sealed class AkkaNodeConformanceTests() : NodeConformance(new AkkaUnderTest());

public sealed class AkkaDeliveryConformanceTests() : DeliveryConformance(new AkkaUnderTest());

public sealed class AkkaReachConformanceTests() : ReachConformance(new AkkaUnderTest());

public sealed class AkkaTraceConformanceTests() : TraceConformance(new AkkaUnderTest());

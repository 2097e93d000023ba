// swift-tools-version: 6.2
import PackageDescription

// Fuzzers of all parsers, apart from the main package since everything here is built with coverage: see `make fuzz`.
let package = Package(
  name: "mi-bus-fuzz",
  dependencies: [.package(name: "mi-bus", path: "..")],
  targets: [
    // A system call that Swift does not see.
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "mi-bus-fuzz",
      dependencies: [
        "CFuzzer",
        .product(name: "NinebotBus", package: "mi-bus"),
        .product(name: "CaptureFiles", package: "mi-bus"),
        .product(name: "UartSniffer", package: "mi-bus"),
        .product(name: "BleSide", package: "mi-bus"),
        .product(name: "ScooterProfiles", package: "mi-bus"),
        .product(name: "ScooterSim", package: "mi-bus"),
        .product(name: "BusTimeline", package: "mi-bus"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

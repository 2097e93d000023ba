// swift-tools-version: 6.2
import PackageDescription

// Dependencies point one way, from mi-bus down to NinebotBus; docs/architecture.md has the picture.
var swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
// CI sets it; a newer compiler's new warnings must not keep a user from building.
if Context.environment["MI_BUS_STRICT"] != nil {
  swiftSettings.append(.treatAllWarnings(as: .error))
}

let package = Package(
  name: "mi-bus",
  products: [
    .executable(name: "mi-bus", targets: ["mi-bus"]),
    .library(name: "NinebotBus", targets: ["NinebotBus"]),
    .library(name: "ScooterProfiles", targets: ["ScooterProfiles"]),
    .library(name: "CaptureFiles", targets: ["CaptureFiles"]),
    .library(name: "UartSniffer", targets: ["UartSniffer"]),
    .library(name: "BleSide", targets: ["BleSide"]),
    .library(name: "ScooterSim", targets: ["ScooterSim"]),
    .library(name: "BusTimeline", targets: ["BusTimeline"]),
    .library(name: "BusPrinter", targets: ["BusPrinter"]),
    .library(name: "BusReport", targets: ["BusReport"]),
    .library(name: "BusMonitor", targets: ["BusMonitor"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // System libraries: module maps, no logic.
    .systemLibrary(name: "CUdev", pkgConfig: "libudev", providers: [.apt(["libudev-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CBluez", pkgConfig: "bluez", providers: [.apt(["libbluetooth-dev"])]),
    // Linked from its static archive, so that the binary needs no libminizip where it runs.
    .systemLibrary(name: "CMinizip", providers: [.apt(["libminizip-dev"])]),
    // Without pkg-config, whose -D flags SwiftPM refuses with a warning; the header defines what is needed.
    .systemLibrary(name: "CCurses", providers: [.apt(["libncurses-dev"])]),
    // ioctls whose constants and structures the Swift importer cannot see.
    .target(name: "CSerial"),

    // Kinds of evidence and signatures are files that are named nowhere else.
    .plugin(name: "FolderLists", capability: .buildTool()),

    .target(name: "NinebotBus", swiftSettings: swiftSettings),
    .target(
      name: "ScooterProfiles",
      dependencies: ["NinebotBus", "CaptureFiles", .product(name: "Yams", package: "Yams")],
      exclude: [
        "Data/bus.yaml", "Data/m365.yaml", "Data/pro.yaml", "Data/pro2.yaml", "Data/mi1s.yaml", "Data/essential.yaml",
        "Data/es.yaml", "Data/max.yaml", "Data/Signatures",
      ],
      resources: [
        // The profiles as `make profiles` packs them from the YAML files.
        .embedInCode("Data/Packed/bus.nodes"), .embedInCode("Data/Packed/m365.nodes"),
        .embedInCode("Data/Packed/pro.nodes"), .embedInCode("Data/Packed/pro2.nodes"),
        .embedInCode("Data/Packed/mi1s.nodes"), .embedInCode("Data/Packed/essential.nodes"),
        .embedInCode("Data/Packed/es.nodes"), .embedInCode("Data/Packed/max.nodes"),
      ],
      swiftSettings: swiftSettings, plugins: ["FolderLists"]),
    .target(
      name: "CaptureFiles",
      dependencies: ["CMinizip", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: swiftSettings),
    .target(
      name: "UartSniffer",
      dependencies: [
        "NinebotBus", "CaptureFiles", "CUdev", "CSerial",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "BleSide",
      dependencies: ["NinebotBus", "CaptureFiles", "COpenSSL", "CBluez"],
      swiftSettings: swiftSettings),
    .target(
      name: "ScooterSim",
      dependencies: [
        "NinebotBus", "UartSniffer", "CaptureFiles", "BleSide", .product(name: "Yams", package: "Yams"),
      ],
      resources: [
        .embedInCode("Scenarios/stock.yaml"), .embedInCode("Scenarios/phone.yaml"),
        .embedInCode("Scenarios/displaydash.yaml"),
        .embedInCode("Scenarios/augisbud.yaml"), .embedInCode("Scenarios/esp32-beep.yaml"),
        .embedInCode("Scenarios/near-clock.yaml"),
        .embedInCode("Scenarios/busy-timer.yaml"), .embedInCode("Scenarios/full-bus.yaml"),
        .embedInCode("Scenarios/two-dashes.yaml"),
        .embedInCode("Scenarios/copycat-61.yaml"),
        .embedInCode("Scenarios/replaced-esc.yaml"),
        .embedInCode("Scenarios/replaced-bms.yaml"), .embedInCode("Scenarios/noisy-light.yaml"),
        .embedInCode("Scenarios/wrong-baud-bms.yaml"),
        .embedInCode("Scenarios/ble-reboot.yaml"), .embedInCode("Scenarios/random.yaml"),
        .embedInCode("Scenarios/random-dash.yaml"),
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "BusTimeline",
      dependencies: [
        "NinebotBus", "UartSniffer", "BleSide", .product(name: "DequeModule", package: "swift-collections"),
      ],
      swiftSettings: swiftSettings, plugins: ["FolderLists"]),
    .target(
      name: "BusPrinter",
      dependencies: ["NinebotBus", "UartSniffer", "BleSide", "BusTimeline"],
      swiftSettings: swiftSettings),
    .target(
      name: "BusReport",
      dependencies: ["NinebotBus", "BusTimeline", "CaptureFiles", "COpenSSL"],
      resources: [
        .embedInCode("Page/page.css"), .embedInCode("Page/events.js"), .embedInCode("Page/view.js"),
        .embedInCode("Page/map.js"), .embedInCode("Page/drawing.js"),
        .embedInCode("Page/details.js"), .embedInCode("Page/controls.js"),
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "BusMonitor",
      dependencies: ["NinebotBus", "BusTimeline", "BusPrinter"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "mi-bus",
      dependencies: [
        "NinebotBus", "ScooterProfiles", "CaptureFiles", "UartSniffer", "BleSide", "ScooterSim", "BusTimeline",
        "BusPrinter", "BusReport", "BusMonitor", "CCurses",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: swiftSettings),

    .executableTarget(
      name: "mi-bus-bench",
      dependencies: [
        "NinebotBus", "ScooterProfiles", "CaptureFiles", "UartSniffer", "BleSide", "COpenSSL", "BusTimeline",
        "BusPrinter",
        "ScooterSim",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),

    // Findings held against the simulator's truth; for tests and mi-bus-accuracy, not shipped.
    .target(
      name: "BusTrials",
      dependencies: ["NinebotBus", "UartSniffer", "BleSide", "BusTimeline", "ScooterSim"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "mi-bus-accuracy",
      dependencies: [
        "NinebotBus", "ScooterProfiles", "CaptureFiles", "UartSniffer", "ScooterSim", "BusTimeline", "BusTrials",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),

    // What the tests share; nothing of it is shipped.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),
    .testTarget(
      name: "NinebotBusTests", dependencies: ["NinebotBus", "ScooterSim", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ScooterProfilesTests", dependencies: ["ScooterProfiles", "NinebotBus", "CaptureFiles", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "CaptureFilesTests", dependencies: ["CaptureFiles", "ScooterSim", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "UartSnifferTests", dependencies: ["UartSniffer", "NinebotBus", "ScooterSim", "TestSupport", "CMinizip"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BleSideTests", dependencies: ["BleSide", "NinebotBus", "CaptureFiles", "ScooterSim", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BusReportTests",
      dependencies: [
        "BusReport", "BusTimeline", "NinebotBus", "ScooterProfiles", "ScooterSim", "CaptureFiles", "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ScooterSimTests",
      dependencies: ["ScooterSim", "UartSniffer", "BleSide", "CaptureFiles", "NinebotBus", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BusTimelineTests",
      dependencies: [
        "BusTimeline", "BusTrials", "BleSide", "ScooterProfiles", "UartSniffer", "CaptureFiles", "NinebotBus",
        "ScooterSim", "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BusPrinterTests",
      dependencies: ["BusPrinter", "BusTimeline", "ScooterProfiles", "NinebotBus", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BusMonitorTests",
      dependencies: [
        "BusMonitor", "BusTimeline", "ScooterProfiles", "ScooterSim", "UartSniffer", "NinebotBus", "TestSupport",
      ],
      exclude: ["Golden"], swiftSettings: swiftSettings),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "mi-bus", "ScooterSim", "NinebotBus", "UartSniffer", "BleSide", "CaptureFiles", "TestSupport",
      ],
      exclude: ["Golden"], swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6]
)

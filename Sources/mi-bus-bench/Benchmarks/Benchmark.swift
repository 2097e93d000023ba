import NinebotBus
import ScooterProfiles

/// One kind of work whose speed is measured.
protocol Benchmark: SendableMetatype {
  /// What `--only` picks it by.
  static var name: String { get }
  static func run(_ bench: Bench) throws
}

/// What all benchmarks share.
struct Bench {
  let stopwatch: Stopwatch
  /// The same frames for all.
  let traffic: BusTraffic
  let profile: Profile
  let folder: TemporaryFolder
  /// Path of the program under test.
  let program: String
  /// The bare scan's bytes a second on this traffic.
  let bareSpeed: Double

  init(program: String, frames: Int, runs: Int) throws {
    stopwatch = Stopwatch(runs: runs)
    traffic = try BusTraffic(frames: frames)
    profile = try ProfileLibrary(folder: "").profile()
    folder = try TemporaryFolder()
    self.program = program
    let bytes = traffic.bytes
    var found = 0
    let cost = stopwatch.median { found = bareScan(bytes) }
    precondition(found == frames, "the bare scan finds every frame")
    bareSpeed = Double(bytes.count) / cost.processor
    Report.print(
      Figure(
        name: "bare scan: find frames, add up checksums", value: Double(frames) / cost.processor, unit: "frames/s",
        bytesPerSecond: bareSpeed, bareBytesPerSecond: bareSpeed))
  }

  /// Reports work over a part of the traffic.
  func report(
    _ name: String, _ cost: Cost, frames: Int, bytes: Int, unit: String = "frames/s", atLeast target: Double? = nil,
    share: Double? = nil
  ) {
    Report.print(
      Figure(
        name: name, value: Double(frames) / cost.processor, unit: unit, target: target.map { .atLeast($0) },
        bytesPerSecond: Double(bytes) / cost.processor, bareBytesPerSecond: bareSpeed, leastShare: share))
  }
}

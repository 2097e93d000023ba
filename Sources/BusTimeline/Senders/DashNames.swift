import Glibc
import NinebotBus

/// Numbers for foreign devices: that of an earlier capture where the newcomer is like it, else the next free one.
///
/// What is remembered never makes a device be found. It only names one that the evidence has found.
struct DashNames: Sendable {
  private struct Remembered: Sendable {
    var number: Int
    var known: KnownTransmitter
  }

  private var remembered: [Remembered] = []
  private var used: Set<Int> = []

  /// Two captures' clocks and temperatures differ by so much, in parts per million (protocol.md 5.3).
  private static let clockTolerance = 400.0
  /// The same for the pitch, in microseconds.
  private static let pitchTolerance = 1.0
  /// A share of its requests that must be known where the bit clock does not tell.
  private static let leastKnownPolls = 0.75

  /// Transmitters of an earlier capture; other names than `dash1`… to the last that can be told apart are left out.
  mutating func remember(_ known: [KnownTransmitter]) {
    for entry in known {
      guard entry.name.hasPrefix("dash"), let number = Int(entry.name.dropFirst(4)),
        (1...Candidate.mostDashes).contains(number)
      else { continue }
      remembered.append(Remembered(number: number, known: entry))
    }
  }

  /// A number for a newcomer; nil when there are none left.
  mutating func number(for newcomer: Fingerprint, asking: [FrameReading]) -> Int? {
    let blocks = asking.map { ModuleSignature.Block(subject: $0.subject, register: $0.argument, bytes: $0.asked) }
    let fits = remembered.filter { !used.contains($0.number) }.compactMap { entry in
      Self.distance(newcomer, blocks, entry.known).map { (entry.number, $0) }
    }
    let taken = Set(remembered.map(\.number)).union(used)
    let number = fits.min { $0.1 < $1.1 }?.0 ?? (1...Candidate.mostDashes).first { !taken.contains($0) }
    if let number { used.insert(number) }
    return number
  }

  /// How far a newcomer is from a remembered device, in tolerances; nil where it is another one, or nothing tells.
  private static func distance(
    _ newcomer: Fingerprint, _ blocks: [ModuleSignature.Block], _ known: KnownTransmitter
  ) -> Double? {
    let pitch = distance(newcomer.pitch, known.pitch, pitchTolerance)
    let clock = distance(newcomer.clock, known.bitClock, clockTolerance)
    if let clock, clock > 1 { return nil }
    if let pitch, pitch > 1 { return nil }
    if let clock { return hypot(clock, pitch ?? 0) }
    // Every plain UART has the same pitch, and packets show none: what it asks for must fit too.
    let shared = blocks.count { known.polls.contains($0) }
    guard !blocks.isEmpty, Double(shared) >= leastKnownPolls * Double(blocks.count) else { return nil }
    return 1 + (pitch ?? 1)
  }

  /// The nearest pair of modes; nil where one side was not measured.
  private static func distance(
    _ modes: ModeSet, _ known: [KnownTransmitter.Mode], _ tolerance: Double
  ) -> Double? {
    let pairs = modes.summary.flatMap { mode in
      known.map { abs(Double(mode.mean) - $0.mean) / hypot(tolerance, 2 * $0.spread) }
    }
    return pairs.min()
  }
}

import NinebotBus

/// How often each device asked for what, learnt from requests whose sender is certain. Bounded, and old counts fade.
struct PollingHabits: Sendable {
  /// Subject, command, register and byte count of a request.
  private var counts: [UInt32: [12 of Float]] = [:]
  private var totals = [12 of Float](repeating: 0)

  private static let mostKinds = 256
  /// Counts of one device past this are halved.
  private static let memory: Float = 512
  /// What was never asked still may be.
  private static let prior: Float = 0.5

  private func key(_ reading: FrameReading) -> UInt32 {
    UInt32(reading.subject.rawValue) << 24 | UInt32(reading.command) << 16 | UInt32(reading.argument) << 8
      | UInt32(reading.asked)
  }

  mutating func learn(_ reading: FrameReading, _ candidate: Int) {
    let key = key(reading)
    guard counts[key] != nil || counts.count < Self.mostKinds else { return }
    counts[key, default: .init(repeating: 0)][candidate] += 1
    totals[candidate] += 1
    guard totals[candidate] > Self.memory else { return }
    totals[candidate] /= 2
    for key in counts.keys { counts[key]?[candidate] /= 2 }
  }

  /// Share of a device's requests that are like this one, 0 to 1.
  func share(of reading: FrameReading, _ candidate: Int) -> Float {
    let count = counts[key(reading)]?[candidate] ?? 0
    return (count + Self.prior) / (totals[candidate] + Self.prior * Float(max(counts.count, 8)))
  }
}

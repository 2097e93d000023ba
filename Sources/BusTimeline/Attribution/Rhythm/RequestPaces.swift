import NinebotBus

/// The pace of the BLE module's requests and of the first dashes': more on one wire are not known to be.
struct RequestPaces: Sendable {
  private var paces = [RequestPace](repeating: RequestPace(), count: Self.candidates.count)

  /// Whose pace stands where: as many as `advantages` holds.
  private static let candidates =
    [Candidate.ble] + (1..<SIMD4<Float>.scalarCount).map { Candidate.firstDash + $0 - 1 }

  /// Where a candidate stands in `advantages`; nil for those of whom nothing is kept.
  static func place(of candidate: Int) -> Int? { candidates.firstIndex(of: candidate) }

  /// Log-likelihood ratio of a request for each of them, as `RequestPace` says; 0 where nothing is known.
  ///
  /// - Parameter time: nanoseconds.
  func advantages(of reading: FrameReading, at time: Int64, _ habits: PollingHabits) -> SIMD4<Float> {
    let row = habits.row(of: reading)
    var values = SIMD4<Float>()
    for (place, candidate) in Self.candidates.enumerated() {
      values[place] = paces[place].advantage(at: time, kind: row, share: habits.share(row, candidate))
    }
    return values
  }

  /// Takes a request that is a candidate's, most probably.
  ///
  /// - Parameter isSure: whether something can be learnt of it.
  mutating func take(_ reading: FrameReading, at time: Int64, of candidate: Int, isSure: Bool, _ habits: PollingHabits)
  {
    guard let place = Self.place(of: candidate), let kind = habits.row(of: reading) else { return }
    paces[place].take(at: time, kind: kind, isSure: isSure)
  }
}

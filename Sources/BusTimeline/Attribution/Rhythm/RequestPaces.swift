import NinebotBus

/// The pace of the BLE module's requests and of the first dashes': more on one wire are not known to be.
struct RequestPaces: Sendable {
  private var paces = [RequestPace](repeating: RequestPace(), count: SIMD4<Float>.scalarCount)

  /// Whose pace stands at a place.
  @inline(__always)
  private static func candidate(at place: Int) -> Int { place == 0 ? Candidate.ble : Candidate.firstDash + place - 1 }

  /// Where a candidate stands in `advantages`; nil for those of whom nothing is kept.
  @inline(__always)
  static func place(of candidate: Int) -> Int? {
    if candidate == Candidate.ble { return 0 }
    let place = candidate - Candidate.firstDash + 1
    return place > 0 && place < SIMD4<Float>.scalarCount ? place : nil
  }

  /// Log-likelihood ratio of a request for each of them, as `RequestPace` says; 0 where nothing is known.
  ///
  /// - Parameter time: nanoseconds.
  func advantages(of reading: FrameReading, at time: Int64, _ habits: PollingHabits) -> SIMD4<Float> {
    let row = habits.row(of: reading)
    var values = SIMD4<Float>()
    for place in paces.indices where paces[place].isKnown {
      let share = habits.share(row, Self.candidate(at: place))
      values[place] = paces[place].advantage(at: time, kind: row, share: share)
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

internal import NinebotBus

/// Gives the events of a file their place on the recording's clock, and their bytes times.
struct EventTimeline {
  /// Unix time of time 0, once the first event or note told it.
  private(set) var origin: Int64?
  /// What is taken from each time of the file; nil until it is known.
  private var base: Int64?

  /// Takes the origin of a file that our own recorder wrote; the first one counts.
  mutating func adopt(_ note: TapNote) {
    guard base == nil else { return }
    base = note.origin ?? 0
    origin = note.origin
  }

  /// The time of an event on the recording's clock. Without a note the first event is at time 0.
  ///
  /// - Parameters:
  ///   - time: as the file has it.
  ///   - lead: nanoseconds by which the clock that it was recorded with is ahead of the recording's.
  mutating func place(_ time: Int64, lead: Int64) -> Int64 {
    if base == nil {
      let absolute = time >= RecordingTime.firstAbsolute
      base = absolute ? time : 0
      origin = absolute ? time : nil
    }
    return RecordingTime.since((base ?? 0) &+ lead, time)
  }
}

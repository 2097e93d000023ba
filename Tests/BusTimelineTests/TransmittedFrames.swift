import NinebotBus
import ScooterSim

extension [Occurrence] {
  /// Some day in 2026, absolute nanoseconds.
  static var epoch: Int64 { 1_790_000_000_000_000_000 }

  /// The whole frames that were sent on some lines, at their true times.
  func forEachFrame(on lines: [Line], _ body: (BusEvent, Span<UInt8>) -> Void) {
    for case .transmission(let sent) in self where lines.contains(sent.line) && !sent.truth.collided {
      var decoder = FrameDecoder()
      decoder.push(sent.truth.frame.span)
      var events = decoder.events
      decoder.finish()
      events += decoder.events
      for var event in events {
        event.start = TimeBounds(sent.truth.start)
        event.end = TimeBounds(sent.truth.end)
        body(event, sent.truth.frame.span)
      }
    }
  }
}

import BleSide
import BusPrinter
import BusTimeline
import CaptureFiles
import NinebotBus
import UartSniffer

/// Takes what a diagnosis needs of the bus, and brings the phone's messages in at their time.
struct DiagnoseSink: AttributedEventSink {
  var builder: DiagnosisBuilder
  /// For pictures; nil where none is wanted.
  var timeline: TimelineCollector?
  /// Nil where there is no phone log, or its clock is not known.
  var causes: NotificationCauses?
  private var next: Int64 = 0

  init(builder: DiagnosisBuilder, timeline: TimelineCollector?, causes: NotificationCauses?) {
    self.builder = builder
    self.timeline = timeline
    self.causes = causes
  }

  mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>) {
    causes?.advance(to: row.event.start.middle, timeline: &timeline)
    builder.take(row, bytes: bytes)
    timeline?.take(row, bytes: bytes, id: next)
    causes?.push(row, bytes: bytes, id: next, timeline: &timeline)
    next += 1
    takeWaits()
  }

  mutating func finish() {
    causes?.finish(timeline: &timeline)
    takeWaits()
  }

  private mutating func takeWaits() {
    guard causes?.hasWaits == true, let waits = causes?.takeWaits() else { return }
    for wait in waits { builder.add(wait) }
  }
}

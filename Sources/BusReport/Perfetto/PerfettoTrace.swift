import BusTimeline
public import CaptureFiles

/// The time line as a Perfetto trace, which ui.perfetto.dev opens: a track a device, a slice a frame, an instant a
/// message over the air, a flow from each cause to what it caused.
///
/// Field numbers: google/perfetto, protos/perfetto/trace: `trace.proto`, `trace_packet.proto`,
/// `track_event/track_event.proto`, `track_event/track_descriptor.proto`, `track_event/debug_annotation.proto`,
/// `interned_data/interned_data.proto`. All packets are of one sequence, so annotation names stand in it once.
public enum PerfettoTrace {
  private enum Trace { static let packet = 1 }

  private enum Packet {
    static let timestamp = 8
    static let sequence = 10
    static let event = 11
    static let interned = 12
    static let sequenceFlags = 13
    static let track = 60
  }

  private enum Track {
    static let uuid = 1
    static let name = 2
    static let parent = 5
  }

  private enum Event {
    static let annotation = 4
    static let kind = 9
    static let track = 11
    static let category = 22
    static let name = 23
    static let flow = 47
  }

  private enum Annotation {
    static let nameNumber = 1
    static let double = 5
    static let text = 6
  }

  /// `TrackEvent.Type`.
  private enum EventKind: UInt64 { case begin = 1, end = 2, instant = 3 }

  /// Annotation names, interned under their raw values.
  private enum Note: Int, CaseIterable {
    case bytes = 1
    case sender, confidence, cause, evidence, asked, outcome

    var name: String { "\(self)" }
  }

  /// Writes the trace piece by piece.
  ///
  /// Times are those of the bus's clock; where a message comes before its 0, all are moved by whole seconds, because
  /// Perfetto knows no negative times.
  public static func write(_ sample: TimelineSample, into sink: inout some ByteSink) throws(OutputError) {
    let items = sample.items
    let lanes = LaneOrder(items, senders: [])
    var isCause = [Bool](repeating: false, count: items.count)
    for item in items { if let cause = item.causedBy { isCause[cause] = true } }
    let first = items.first?.start ?? 0
    let shift = first < 0 ? min(9_000_000_000, 1 - first / 1_000_000_000) * 1_000_000_000 : 0
    let ends = ends(of: items)
    var pending: [UInt8] = []
    var writer = ProtobufWriter()
    head(lanes, &writer, &pending)
    for (index, item) in items.enumerated() {
      let start = moved(item.start, by: shift)
      let isSlice = item.lane != .phone && ends[index] > item.start
      writer.removeAll()
      packet(start, &writer) { event in
        event.number(Event.kind, (isSlice ? EventKind.begin : .instant).rawValue)
        event.number(Event.track, track(lanes.place(of: item.lane)))
        event.string(Event.category, category(item))
        event.string(Event.name, item.label.isEmpty ? "bytes" : item.label)
        if isCause[index] { event.fixed64(Event.flow, UInt64(index + 1)) }
        if let cause = item.causedBy { event.fixed64(Event.flow, UInt64(cause + 1)) }
        annotate(item, &event)
      }
      append(writer, to: &pending)
      if isSlice {
        writer.removeAll()
        packet(moved(ends[index], by: shift), &writer) { event in
          event.number(Event.kind, EventKind.end.rawValue)
          event.number(Event.track, track(lanes.place(of: item.lane)))
        }
        append(writer, to: &pending)
      }
      if pending.count > 65_536 { try sink.drain(&pending) }
    }
    try sink.drain(&pending)
  }

  private static func moved(_ time: Int64, by shift: Int64) -> UInt64 {
    let (sum, overflows) = time.addingReportingOverflow(shift)
    return overflows ? UInt64(Int64.max) : UInt64(max(0, sum))
  }

  /// Ends of slices, cut where the next on the same track begins: slices of a track must nest.
  private static func ends(of items: [TimelineItem]) -> [Int64] {
    var next: [TimelineItem.Lane: Int64] = [:]
    var ends = [Int64](repeating: 0, count: items.count)
    for (index, item) in items.enumerated().reversed() {
      ends[index] = min(item.end, next[item.lane] ?? .max)
      next[item.lane] = item.start
    }
    return ends
  }

  private static func head(_ lanes: LaneOrder, _ writer: inout ProtobufWriter, _ pending: inout [UInt8]) {
    writer.number(Packet.sequence, 1)
    // SEQ_INCREMENTAL_STATE_CLEARED: names begin here.
    writer.number(Packet.sequenceFlags, 1)
    writer.message(Packet.interned) { interned in
      for note in Note.allCases {
        // InternedData.debug_annotation_names: iid, name.
        interned.message(3) { entry in
          entry.number(1, UInt64(note.rawValue))
          entry.string(2, note.name)
        }
      }
    }
    append(writer, to: &pending)
    describe(track: scooter, "Scooter", parent: nil, &writer, &pending)
    for (place, lane) in lanes.lanes.enumerated() {
      let (name, what) = Words.device(lane)
      describe(track: track(place), "\(name) (\(what))", parent: scooter, &writer, &pending)
    }
  }

  private static let scooter: UInt64 = 1

  private static func track(_ place: Int) -> UInt64 { UInt64(place + 2) }

  private static func describe(
    track: UInt64, _ name: String, parent: UInt64?, _ writer: inout ProtobufWriter, _ pending: inout [UInt8]
  ) {
    writer.removeAll()
    writer.number(Packet.sequence, 1)
    writer.message(Packet.track) { descriptor in
      descriptor.number(Track.uuid, track)
      descriptor.string(Track.name, name)
      if let parent { descriptor.number(Track.parent, parent) }
    }
    append(writer, to: &pending)
  }

  private static func packet(
    _ time: UInt64, _ writer: inout ProtobufWriter, _ build: (inout ProtobufWriter) -> Void
  ) {
    writer.number(Packet.timestamp, time)
    writer.number(Packet.sequence, 1)
    // SEQ_NEEDS_INCREMENTAL_STATE: uses the names.
    writer.number(Packet.sequenceFlags, 2)
    writer.message(Packet.event, build)
  }

  private static func append(_ packet: ProtobufWriter, to pending: inout [UInt8]) {
    pending.append(varint: UInt64(Trace.packet << 3 | 2))
    pending.append(varint: UInt64(packet.bytes.count))
    pending.append(contentsOf: packet.bytes)
  }

  private static func category(_ item: TimelineItem) -> String {
    if item.kind == .damage { return "damage" }
    if item.solicited == false { return "unasked" }
    if item.injector != nil { return "injected" }
    return item.lane == .phone ? "phone" : "bus"
  }

  private static func annotate(_ item: TimelineItem, _ event: inout ProtobufWriter) {
    func text(_ note: Note, _ value: String) {
      event.message(Event.annotation) { annotation in
        annotation.number(Annotation.nameNumber, UInt64(note.rawValue))
        annotation.string(Annotation.text, value)
      }
    }
    if !item.bytes.isEmpty { text(.bytes, item.bytes.prefix(300).map(Words.hex).joined(separator: " ")) }
    if case .wire(let sender) = item.lane {
      text(.sender, sender.name)
      text(.cause, Words.cause(item.cause))
      event.message(Event.annotation) { annotation in
        annotation.number(Annotation.nameNumber, UInt64(Note.confidence.rawValue))
        annotation.double(Annotation.double, Double(item.confidence))
      }
    }
    if !item.evidence.isEmpty { text(.evidence, item.evidence) }
    if let asked = item.solicited { text(.asked, asked ? "yes" : "no") }
    if let outcome = item.outcome { text(.outcome, Words.outcome(outcome)) }
  }
}

public import CaptureFiles
public import NinebotBus

/// Writes pcapng: an interface for each tap, a packet for each event, errors as flags, and what the capture knew of
/// times as comments.
public struct PcapngRecorder<Sink: ByteSink>: Recorder {
  /// How a bus event is wrapped into a packet.
  public enum Wrapping: Sendable {
    /// Link type 147: nothing before the bytes.
    case bare
    /// Link type 250: an RTAC header, which Wireshark shows without a plug-in.
    case rtac

    var linkType: LinkType { self == .bare ? .user0 : .rtacSerial }
  }

  /// Where the bytes go.
  public private(set) var sink: Sink
  private var encoder: EventPacketEncoder
  private var lanes: [EventPacketEncoder.Lane] = []

  /// - Parameters:
  ///   - sink: takes the file.
  ///   - origin: Unix time of the capture's time 0 in nanoseconds; nil where nobody knows it.
  ///   - wrapping: what a packet holds besides the bytes of the bus.
  public init(_ sink: Sink, origin: Int64?, wrapping: Wrapping = .bare) {
    self.sink = sink
    encoder = EventPacketEncoder(origin: origin, linkType: wrapping.linkType)
  }

  public mutating func add(_ tap: Tap) throws(OutputError) -> Int {
    let interface = encoder.writer.addInterface(
      CaptureInterface(
        linkType: encoder.linkType, name: tap.name, description: tap.detail + TapDescription.ending(tap.name, tap.baud),
        speed: tap.baud.map { UInt64(clamping: $0.rate) },
        comments: [TapNote(tap, origin: encoder.origin, named: false).text]))
    lanes.append(
      EventPacketEncoder.Lane(
        interface: interface, hasTimes: tap.quality != .none,
        byte: (tap.baud ?? .standard).duration(bytes: 1), clockLead: tap.clockLead))
    return lanes.count - 1
  }

  public mutating func record(
    _ event: BusEvent, _ bytes: Span<UInt8>, tap: Int, direction: LineDirection
  ) throws(OutputError) {
    let lane = lanes[tap]
    if bytes.count <= RecorderLimit.piece {
      encoder.add(EventNote(event), bytes, event, lane, start: event.start.middle, direction)
    } else {
      for (note, range, start) in EventPieces.list(event, count: bytes.count, byte: lane.byte) {
        encoder.add(note, bytes.extracting(range), event, lane, start: start, direction)
      }
    }
    if encoder.writer.pending.count >= RecorderLimit.pending { try flush() }
  }

  public mutating func flush() throws(OutputError) { try encoder.writer.flush(to: &sink) }
}

/// What `if_description` says behind the detail of a tap.
enum TapDescription {
  static func ending(_ name: String, _ baud: Baud?) -> String {
    "\(baud.map { " \($0.rate) 8N1" } ?? "") tap=\(name)"
  }

  /// The detail alone, so that descriptions do not grow from copy to copy; nil where nothing is described.
  static func detail(_ interface: CaptureInterface) -> String? {
    let baud = interface.speed.flatMap { Baud(recorded: $0) }
    let ending = ending(interface.name, baud)
    let text = interface.description
    let detail = text.hasSuffix(ending) ? String(text.dropLast(ending.count)) : text
    return detail.isEmpty ? nil : detail
  }
}

/// Makes packets of events, with buffers that are used again.
private struct EventPacketEncoder {
  var writer = PcapngWriter()
  let origin: Int64?
  let linkType: LinkType
  private var comment: [UInt8] = []
  private var header: [UInt8] = []

  /// An interface of the file that is a tap.
  struct Lane {
    var interface: Int
    var hasTimes: Bool
    /// Nanoseconds of one byte.
    var byte: Int64
    /// Nanoseconds by which the clock of its times is ahead of the capture's.
    var clockLead: Int64
  }

  init(origin: Int64?, linkType: LinkType) {
    self.origin = origin
    self.linkType = linkType
  }

  mutating func add(
    _ note: EventNote, _ bytes: Span<UInt8>, _ event: BusEvent, _ lane: Lane, start: Int64, _ direction: LineDirection
  ) {
    let (time, left) = RecordingTime.unix(start &+ lane.clockLead, origin: origin)
    // The buffers are moved out and back: a span of one part of a value bars all of it from change.
    var comment: [UInt8] = []
    var header: [UInt8] = []
    swap(&comment, &self.comment)
    swap(&header, &self.header)
    if lane.hasTimes {
      var note = note
      note.at = left
      note.append(to: &comment)
    }
    var flags: PacketFlags = direction == .sent ? .outbound : .inbound
    if event.kind == .frame, !event.checksumHolds { flags.insert(.checksumError) }
    if event.fault != .none { flags.insert(.symbolError) }
    if linkType == .rtacSerial { RtacHeader(direction: direction, fault: event.fault).write(time: time, to: &header) }
    writer.addPacket(
      interface: lane.interface, time: time, header: header.span, bytes, flags: flags, comment: comment.span)
    comment.removeAll(keepingCapacity: true)
    header.removeAll(keepingCapacity: true)
    swap(&comment, &self.comment)
    swap(&header, &self.header)
  }
}

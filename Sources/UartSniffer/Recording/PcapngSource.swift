public import CaptureFiles
internal import NinebotBus

/// Bus captures in pcapng or pcap: link types 147 (bare frames) and 250 (behind an RTAC header), a tap for each
/// interface. Packets of other link types are skipped and counted, so that files with a BLE side are fine.
public struct PcapngSource: RecordedSource {
  public private(set) var taps: [Tap] = []
  public var origin: Int64? { timeline.origin }
  /// Packets that are no bus traffic, by link type.
  public private(set) var skipped: [LinkType: Int] = [:]
  /// Packets that the capture had cut short.
  public private(set) var cutPackets = 0

  private let name: String
  private var reader: PacketReader
  private var timeline = EventTimeline()
  /// What is known of each interface of the reader.
  private var lanes: [Lane] = []
  /// A packet that belongs to the next chunk. Its ranges are good until the reader goes on.
  private var held: CapturedPacket?
  private var failure: InputError?
  public private(set) var sample = BlockSample()
  /// Bytes that a sample may have, and those handed over of the blocks that it keeps.
  private var mostSampled = Int.max
  private var sampled = 0
  /// The last event of each tap in the chunks before.
  private var lastEvents: [Int: RecordedEvent] = [:]
  /// The most bytes and events of a chunk so far: room for as many is made at once.
  private var largest = (bytes: 0, events: 0)

  private struct Lane {
    var linkType: LinkType
    /// Index of the tap; nil for interfaces that are no bus.
    var tap: Int?
    var hasTimes = true
    /// Nanoseconds that a packet's time can be off without a note.
    var error: Int64 = 0
    var baud: Baud?
    /// Nanoseconds by which the clock of its packets is ahead of the capture's.
    var clockLead: Int64 = 0
  }

  /// Bytes in a chunk after which it is handed over.
  private static let piece = 1 << 13
  /// How far a packet's time is from its first start bit in files of other programs, which stamp what the system
  /// handed to them: nanoseconds.
  private static let foreignError: Int64 = 1_000_000

  /// A message at the edge of a block that is kept lies within it as a whole; nanoseconds.
  private static let edge: Int64 = 1_000_000_000

  public init(_ stream: any ByteStream) {
    name = stream.name
    reader = PacketReader(stream)
  }

  public mutating func allow(_ sampling: Sampling) {
    mostSampled = max(1, sampling.most)
    sample = sampling.sample
  }

  public var warnings: [InputError] {
    var list = skipped.sorted { $0.key.rawValue < $1.key.rawValue }.map { type, count in
      InputError(name, "\(count) packets of \(type) are no bus traffic")
    }
    if cutPackets > 0 { list.append(InputError(name, "\(cutPackets) packets were cut short when they were captured")) }
    return list
  }

  public mutating func next() throws(InputError) -> ByteChunk? {
    if let failure {
      self.failure = nil
      throw failure
    }
    var chunk = ByteChunk(tap: -1)
    chunk.reserve(largest.bytes, events: largest.events)
    do {
      while let packet = try nextPacket(waiting: chunk.bytes.isEmpty) {
        guard try isSampled(packet) else { continue }
        let lane = lanes[packet.interface]
        guard let tap = lane.tap else {
          if skipped.count < 256 || skipped[lane.linkType] != nil { skipped[lane.linkType, default: 0] += 1 }
          continue
        }
        if chunk.tap != tap, !chunk.bytes.isEmpty {
          held = packet
          break
        }
        chunk.tap = tap
        append(packet, lane, to: &chunk)
        if chunk.bytes.count >= PcapngSource.piece { break }
      }
    } catch {
      if chunk.bytes.isEmpty { throw error }
      failure = error
    }
    largest = (max(largest.bytes, chunk.bytes.count), max(largest.events, chunk.recorded.count))
    if let last = chunk.recorded.last { lastEvents[chunk.tap] = last }
    return chunk.bytes.isEmpty ? nil : chunk
  }

  /// Whether a packet belongs to the sample, which gets thinner as it grows.
  @inline(__always)
  private mutating func isSampled(_ packet: CapturedPacket) throws(InputError) -> Bool {
    guard mostSampled < .max, let time = packet.time else { return true }
    guard sample.keeps(time &- Self.edge) || sample.keeps(time &+ Self.edge) else {
      try reader.skip(timesIn: time..<max(time, sample.nextKept(after: time) &- Self.edge))
      return false
    }
    sampled += packet.data.count
    if sampled > mostSampled {
      sample.thin()
      sampled /= 2
    }
    return true
  }

  /// The next packet; nil at the end, and unless `waiting` where it is not there yet.
  private mutating func nextPacket(waiting: Bool) throws(InputError) -> CapturedPacket? {
    if let packet = held {
      held = nil
      return packet
    }
    guard waiting || reader.nextIsBuffered, let packet = try reader.next() else { return nil }
    while lanes.count < reader.interfaces.count { addLane(reader.interfaces[lanes.count]) }
    return packet
  }

  private mutating func addLane(_ interface: CaptureInterface) {
    var lane = Lane(linkType: interface.linkType, error: interface.resolution)
    defer { lanes.append(lane) }
    guard interface.linkType == .user0 || interface.linkType == .rtacSerial else { return }
    let note = interface.comments.lazy.compactMap { TapNote(Array($0.utf8).span) }.first
    if let note { timeline.adopt(note) } else { lane.error += PcapngSource.foreignError }
    lane.hasTimes = note?.hasTimes ?? true
    lane.baud = interface.speed.flatMap { Baud(recorded: $0) }
    lane.clockLead = note?.clockLead ?? 0
    var tap = Tap(
      name: interface.name.isEmpty ? "bus\(taps.count)" : interface.name,
      detail: TapDescription.detail(interface) ?? name, baud: lane.baud,
      quality: lane.hasTimes ? .frames : .none)
    tap.clockLead = lane.clockLead
    // The sections of files that were put behind each other describe the same tap again.
    lane.tap = taps.firstIndex(of: tap)
    if lane.tap == nil || interface.name.isEmpty || sameSection(interface) {
      lane.tap = taps.count
      taps.append(tap)
    }
  }

  /// Whether a tap with this name belongs to the running section already: then it is another one.
  private func sameSection(_ interface: CaptureInterface) -> Bool {
    reader.interfaces[reader.sectionInterfaces].filter { $0.name == interface.name }.count > 1
  }

  private mutating func append(_ packet: CapturedPacket, _ lane: Lane, to chunk: inout ByteChunk) {
    if packet.originalLength > packet.data.count { cutPackets += 1 }
    var data = packet.data
    var fault = packet.flags.contains(.symbolError) ? LineFault.framing : .none
    let content = reader.bytes
    let bytes = content.span
    if lane.linkType == .rtacSerial {
      guard let header = RtacHeader(bytes.extracting(data)) else { return }
      data = (data.lowerBound + RtacHeader.length)..<data.upperBound
      if header.fault != .none { fault = header.fault }
    }
    bytes.extracting(data).withUnsafeBufferPointer { chunk.bytes.append(contentsOf: $0) }
    guard lane.hasTimes, !data.isEmpty else { return }
    var event = RecordedEvent(count: data.count, time: 0, error: lane.error, fault: fault)
    if let comment = packet.comment {
      event.note = EventNote(bytes.extracting(comment)) ?? note(behind: comment, in: packet, bytes)
    }
    // Simple packets have no time: right behind what came before is the best guess.
    event.time =
      packet.time.map { timeline.place($0, lead: lane.clockLead) }
      ?? (chunk.recorded.last ?? lastEvents[chunk.tap])?
      .lastStart(byte: (lane.baud ?? .standard).duration(bytes: 1)).latest ?? 0
    chunk.recorded.append(event)
  }

  /// The note among the further comments of a packet: people may have put theirs before it.
  private func note(behind first: Range<Int>, in packet: CapturedPacket, _ bytes: Span<UInt8>) -> EventNote? {
    var options = reader.options(of: packet)
    while let option = options.next(in: bytes) {
      guard option.code == PcapngOptions.Option.comment, option.value.lowerBound > first.lowerBound else { continue }
      if let note = EventNote(bytes.extracting(option.value)) { return note }
    }
    return nil
  }
}

/// Reads pcapng and classic pcap, told apart by their first bytes, packet by packet.
///
/// Both byte orders, several sections, any clock. What is whole is returned; the first defect is thrown once, and
/// after that the file is at its end. Nothing is allocated for a packet: it is a range of `bytes`.
///
/// pcapng: draft-ietf-opsawg-pcapng. pcap: draft-ietf-opsawg-pcap.
public struct PacketReader: Sendable {
  /// Blocks that are read are at most this long. Wireshark writes packets up to 256 KiB; unknown blocks are
  /// skipped whatever their length.
  public static let longestBlock = 16 << 20
  /// Interfaces of one file; a hostile one could otherwise fill the memory with them.
  static let mostInterfaces = 4096

  /// The interfaces of all sections so far, in the order of the file.
  public private(set) var interfaces: [CaptureInterface] = []
  private var units: [TimestampUnit] = []
  var window: InputWindow
  private var format = Format.unknown
  private(set) var order = ByteOrder.little
  /// Before this byte there is nothing to leap to.
  var leapsFrom: UInt64 = 0
  /// Index of the first interface of this section.
  private var firstInterface = 0
  private var ended = false

  private enum Format {
    case unknown
    case pcapng
    case pcap
  }

  public init(_ stream: any ByteStream) { window = InputWindow(stream) }

  /// The first bytes of a pcapng file.
  public static func recognisesPcapng(_ prefix: [UInt8]) -> Bool { prefix.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) }

  /// The first bytes of a classic pcap file.
  public static func recognisesPcap(_ prefix: [UInt8]) -> Bool {
    guard prefix.count >= 4 else { return false }
    return pcapMagic(prefix.span) != nil
  }

  /// What packet ranges point into. Valid until the next packet is read; do not keep it, that costs a copy.
  public var bytes: [UInt8] { window.bytes }

  /// Bytes of the file that were read as whole blocks.
  public var offset: UInt64 { window.offset }

  /// The interfaces of the section that is being read, as indexes of `interfaces`.
  public var sectionInterfaces: Range<Int> { firstInterface..<interfaces.count }

  /// Whether the next packet can be read without waiting for the stream.
  ///
  /// True also before blocks that are no packets, so the next packet may still have to be waited for.
  public var nextIsBuffered: Bool {
    let header = format == .pcapng ? 8 : 16
    guard !ended, format != .unknown, window.available >= header else { return false }
    let length = order.u32(window.bytes.span, window.position + (format == .pcapng ? 4 : 8))
    return window.available >= Int(length) + (format == .pcapng ? 0 : 16)
  }

  /// A cursor over the options of the packet that was read last.
  public func options(of packet: CapturedPacket) -> PcapngOptions { PcapngOptions(packet.options, order: order) }

  /// The next packet, or nil at the end.
  @inline(__always)
  public mutating func next() throws(InputError) -> CapturedPacket? {
    if let packet = usualPacket() { return packet }
    return try anyPacket()
  }

  private mutating func anyPacket() throws(InputError) -> CapturedPacket? {
    if ended { return nil }
    do {
      while true {
        switch format {
        case .unknown:
          guard try start() else {
            ended = true
            return nil
          }
        case .pcap:
          let packet = try record()
          ended = packet == nil
          return packet
        case .pcapng:
          switch try block() {
          case .packet(let packet): return packet
          case .other: continue
          case .end:
            ended = true
            return nil
          }
        }
      }
    } catch {
      ended = true
      throw error
    }
  }

  /// Tells the format by the first four bytes; false in an empty file.
  private mutating func start() throws(InputError) -> Bool {
    guard try window.fill(4) else {
      if window.available == 0 { return false }
      throw InputError(window.name, "is too short to be a packet capture")
    }
    if window.bytes[window.position] == 0x0A {
      format = .pcapng
      return true
    }
    guard let (order, nanoseconds) = PacketReader.pcapMagic(window.bytes.span.extracting(window.position...)) else {
      throw InputError(window.name, "is neither pcapng nor pcap")
    }
    guard try window.fill(24) else { throw broken() }
    format = .pcap
    self.order = order
    let at = window.position
    let unit = TimestampUnit(code: nanoseconds ? 9 : 6)
    let link = order.u32(window.bytes.span, at + 20)
    interfaces = [
      CaptureInterface(
        linkType: LinkType(UInt16(truncatingIfNeeded: link)), snapLength: order.u32(window.bytes.span, at + 16),
        resolution: unit.resolution)
    ]
    units = [unit]
    window.take(24)
    return true
  }

  /// Byte order and whether times are in nanoseconds.
  private static func pcapMagic(_ bytes: Span<UInt8>) -> (ByteOrder, Bool)? {
    for order in [ByteOrder.little, .big] {
      switch order.u32(bytes, 0) {
      case 0xA1B2_C3D4: return (order, false)
      case 0xA1B2_3C4D: return (order, true)
      default: continue
      }
    }
    return nil
  }

  private func broken() -> InputError {
    InputError(
      window.name, "breaks off at byte \(window.offset + UInt64(window.available)), in the middle of a block",
      remedy: "everything before byte \(window.offset) was read")
  }

  private func damaged(_ what: String) -> InputError {
    InputError(
      window.name, "is damaged at byte \(window.offset): \(what)", remedy: "everything before that was read")
  }
}

// MARK: - pcap

extension PacketReader {
  private mutating func record() throws(InputError) -> CapturedPacket? {
    guard try window.fill(16) else {
      if window.available == 0 { return nil }
      throw broken()
    }
    let at = window.position
    let seconds = order.u32(window.bytes.span, at)
    let fraction = order.u32(window.bytes.span, at + 4)
    let captured = Int(order.u32(window.bytes.span, at + 8))
    let original = Int(order.u32(window.bytes.span, at + 12))
    guard captured <= PacketReader.longestBlock else { throw damaged("a packet claims \(captured) bytes") }
    guard try window.fill(16 + captured) else { throw broken() }
    let start = window.position + 16
    window.take(16 + captured)
    let time = Int64(seconds) * 1_000_000_000 + Int64(fraction) * units[0].resolution
    return CapturedPacket(
      interface: 0, time: time, data: start..<(start + captured), originalLength: max(original, captured), flags: [],
      options: start..<start)
  }
}

// MARK: - pcapng

extension PacketReader {
  private enum Block {
    case packet(CapturedPacket)
    case other
    case end
  }

  enum BlockType {
    static let section: UInt32 = 0x0A0D_0D0A
    static let interface: UInt32 = 1
    static let oldPacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let enhancedPacket: UInt32 = 6
  }

  /// The next block, if it is an enhanced packet that is there as a whole, as nearly all are. What is damaged is left
  /// for `block` to tell.
  @inline(__always)
  private mutating func usualPacket() -> CapturedPacket? {
    guard let range = usualRange(window.position), let packet = try? enhanced(range) else { return nil }
    window.take(range.count)
    return packet
  }

  /// Where an enhanced packet at `start` lies; nil where there is something else, or only a part.
  @inline(__always)
  func usualRange(_ start: Int) -> Range<Int>? {
    let left = window.bytes.count &- start
    guard format == .pcapng, left >= 32 else { return nil }
    let bytes = window.bytes.span
    let length = Int(order.u32(bytes, start &+ 4))
    guard order.u32(bytes, start) == BlockType.enhancedPacket, length >= 32, length <= left, length & 3 == 0,
      length <= PacketReader.longestBlock, Int(order.u32(bytes, start &+ length &- 4)) == length
    else { return nil }
    return start..<(start &+ length)
  }

  /// Unix nanoseconds of a packet that begins at `at`; nil where it names an unknown interface.
  @inline(__always)
  func time(ofEnhanced at: Int) -> Int64? {
    let index = firstInterface &+ Int(order.u32(window.bytes.span, at &+ 8))
    return index < interfaces.count ? time(at, units[index]) : nil
  }

  /// The time stamp of an enhanced or an old packet.
  @inline(__always)
  private func time(_ at: Int, _ unit: TimestampUnit) -> Int64 {
    let bytes = window.bytes.span
    return unit.nanoseconds(UInt64(order.u32(bytes, at &+ 12)) << 32 | UInt64(order.u32(bytes, at &+ 16)))
  }

  /// Reads one block and takes it from the window.
  private mutating func block() throws(InputError) -> Block {
    guard try window.fill(12) else {
      if window.available == 0 { return .end }
      throw broken()
    }
    var type = order.u32(window.bytes.span, window.position)
    if type == BlockType.section {
      order = try sectionOrder()
      type = BlockType.section
    }
    let length = Int(order.u32(window.bytes.span, window.position + 4))
    guard length >= 12, length & 3 == 0 else { throw damaged("a block claims \(length) bytes") }
    switch type {
    case BlockType.section, BlockType.interface, BlockType.oldPacket, BlockType.simplePacket,
      BlockType.enhancedPacket:
      guard length <= PacketReader.longestBlock else { throw damaged("a block claims \(length) bytes") }
      guard try window.fill(length) else { throw broken() }
      guard Int(order.u32(window.bytes.span, window.position + length - 4)) == length else {
        throw damaged("the two lengths of a block differ")
      }
      let result = try read(type, window.position..<(window.position + length))
      window.take(length)
      return result
    default:
      guard try window.skip(UInt64(length)) else { throw broken() }
      return .other
    }
  }

  private func sectionOrder() throws(InputError) -> ByteOrder {
    switch ByteOrder.little.u32(window.bytes.span, window.position + 8) {
    case 0x1A2B_3C4D: return .little
    case 0x4D3C_2B1A: return .big
    default: throw damaged("a section has no byte-order mark")
    }
  }

  /// Reads a block of a known type that is all there.
  private mutating func read(_ type: UInt32, _ range: Range<Int>) throws(InputError) -> Block {
    let at = range.lowerBound
    switch type {
    case BlockType.section:
      guard range.count >= 28 else { throw damaged("a section header is too short") }
      guard order.u16(window.bytes.span, at + 12) == 1 else { throw damaged("its version is not 1.x") }
      firstInterface = interfaces.count
      return .other
    case BlockType.interface:
      guard range.count >= 20 else { throw damaged("an interface description is too short") }
      guard interfaces.count < PacketReader.mostInterfaces else {
        throw damaged("it has more than \(PacketReader.mostInterfaces) interfaces")
      }
      let (interface, unit) = interface(range)
      interfaces.append(interface)
      units.append(unit)
      return .other
    case BlockType.simplePacket:
      guard range.count >= 16 else { throw damaged("a packet is too short") }
      return .packet(try simple(range))
    case BlockType.oldPacket:
      guard range.count >= 32 else { throw damaged("a packet is too short") }
      return .packet(try packet(range, interface: Int(order.u16(window.bytes.span, at + 8))))
    default:
      guard range.count >= 32 else { throw damaged("a packet is too short") }
      return .packet(try enhanced(range))
    }
  }

  @inline(__always)
  private func enhanced(_ range: Range<Int>) throws(InputError) -> CapturedPacket {
    try packet(range, interface: Int(order.u32(window.bytes.span, range.lowerBound + 8)))
  }

  /// An enhanced or an old packet: they differ in how the interface is told.
  @inline(__always)
  private func packet(_ range: Range<Int>, interface: Int) throws(InputError) -> CapturedPacket {
    let at = range.lowerBound
    guard interface < interfaces.count - firstInterface else { throw damaged("a packet names an unknown interface") }
    let bytes = window.bytes.span
    let index = firstInterface + interface
    let captured = Int(order.u32(bytes, at + 20))
    let original = Int(order.u32(bytes, at + 24))
    let optionsStart = at + 28 + (captured + 3) & ~3
    guard optionsStart <= range.upperBound - 4 else { throw damaged("a packet is longer than its block") }
    var packet = CapturedPacket(
      interface: index, time: time(at, units[index]), data: (at + 28)..<(at + 28 + captured),
      originalLength: max(original, captured), flags: [], options: optionsStart..<(range.upperBound - 4))
    if packet.options.count >= 4 {
      var options = PcapngOptions(packet.options, order: order)
      while let option = options.next(in: bytes) {
        // The flags of the old packet block have the same number and meaning.
        if option.code == 2, option.value.count == 4 {
          packet.flags = PacketFlags(rawValue: order.u32(bytes, option.value.lowerBound))
        } else if option.code == PcapngOptions.Option.comment, packet.comment == nil {
          packet.comment = option.value
        }
      }
    }
    return packet
  }

  private func simple(_ range: Range<Int>) throws(InputError) -> CapturedPacket {
    guard interfaces.count > firstInterface else { throw damaged("a packet names an unknown interface") }
    let original = Int(order.u32(window.bytes.span, range.lowerBound + 8))
    let snap = Int(interfaces[firstInterface].snapLength)
    let captured = snap == 0 ? original : min(original, snap)
    let start = range.lowerBound + 12
    guard captured <= range.count - 16 else { throw damaged("a packet is longer than its block") }
    return CapturedPacket(
      interface: firstInterface, time: nil, data: start..<(start + captured), originalLength: original, flags: [],
      options: start..<start)
  }

  /// Reads an interface description.
  private func interface(_ range: Range<Int>) -> (CaptureInterface, TimestampUnit) {
    let bytes = window.bytes.span
    let at = range.lowerBound
    var interface = CaptureInterface(
      linkType: LinkType(order.u16(bytes, at + 8)), snapLength: order.u32(bytes, at + 12))
    var code: UInt8 = 6
    var offset: Int64 = 0
    var options = PcapngOptions((at + 16)..<(range.upperBound - 4), order: order)
    while let option = options.next(in: bytes) {
      let first = option.value.lowerBound
      switch (option.code, option.value.count) {
      case (1, _) where interface.comments.count < 16: interface.comments.append(text(option.value))
      case (2, _): interface.name = text(option.value)
      case (3, _): interface.description = text(option.value)
      case (8, 8): interface.speed = order.u64(bytes, first)
      case (9, 1): code = bytes[first]
      case (14, 8): offset = Int64(bitPattern: order.u64(bytes, first))
      default: break
      }
    }
    let unit = TimestampUnit(code: code, offset: offset)
    interface.resolution = unit.resolution
    return (interface, unit)
  }

  /// Text of an option, at most 256 bytes of it.
  private func text(_ range: Range<Int>) -> String {
    String(decoding: window.bytes[range.prefix(256)].prefix { $0 != 0 }, as: UTF8.self)
  }
}

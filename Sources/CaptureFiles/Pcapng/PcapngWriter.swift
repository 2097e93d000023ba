/// Encodes pcapng: one little-endian section, interfaces with nanosecond clocks, packets with flags and comments.
///
/// Blocks gather in `pending`, whole ones only, and leave it with `flush`; so a file ends at a block whenever the
/// writing stops.
public struct PcapngWriter: Sendable {
  /// Whole blocks that were not flushed yet.
  public private(set) var pending: [UInt8] = []
  private var interfaceCount = 0

  /// Begins a section; `application` is what wrote the file.
  public init(application: String = "mi-bus") {
    append(UInt32(0x0A0D_0D0A))
    append(UInt32(0))
    append(UInt32(0x1A2B_3C4D))
    append(UInt32(1))
    append(UInt64.max)
    option(4, application)
    append(UInt32(0))
    endBlock(from: 0)
  }

  /// Adds an interface and returns its index. Its clock counts nanoseconds, whatever its `resolution` says.
  public mutating func addInterface(_ interface: CaptureInterface) -> Int {
    let start = pending.count
    append(UInt32(1))
    append(UInt32(0))
    append(UInt32(interface.linkType.rawValue))
    append(interface.snapLength)
    for comment in interface.comments { option(1, comment) }
    if !interface.name.isEmpty { option(2, interface.name) }
    if !interface.description.isEmpty { option(3, interface.description) }
    if let speed = interface.speed {
      append(UInt32(8) | UInt32(8) << 16)
      append(speed)
    }
    append(UInt32(9) | UInt32(1) << 16)
    append(UInt32(9))
    append(UInt32(0))
    endBlock(from: start)
    interfaceCount += 1
    return interfaceCount - 1
  }

  /// Adds a packet.
  ///
  /// - Parameters:
  ///   - interface: its index, in the order in which interfaces were added.
  ///   - time: Unix time in nanoseconds; times before 1970 are written as 0.
  ///   - header: bytes to put before `data`, such as a pseudo-header.
  ///   - data: the packet's bytes.
  ///   - flags: direction and errors.
  ///   - comment: UTF-8 text; empty for none, cut at 65 535 bytes.
  @inline(__always)
  public mutating func addPacket(
    interface: Int, time: Int64, header: Span<UInt8> = Span(), _ data: Span<UInt8>, flags: PacketFlags = [],
    comment: Span<UInt8> = Span()
  ) {
    precondition(interface >= 0 && interface < interfaceCount, "the interface was added before")
    let start = pending.count
    let stamp = UInt64(max(0, time))
    let count = header.count + data.count
    let length = UInt32(truncatingIfNeeded: count).littleEndian
    let head = (
      UInt32(6).littleEndian, UInt32(0), UInt32(truncatingIfNeeded: interface).littleEndian,
      UInt32(truncatingIfNeeded: stamp >> 32).littleEndian, UInt32(truncatingIfNeeded: stamp).littleEndian, length,
      length
    )
    withUnsafeBytes(of: head) { pending.append(contentsOf: $0) }
    append(header)
    append(data)
    pad(count)
    if !flags.isEmpty {
      append(UInt32(2) | UInt32(4) << 16)
      append(flags.rawValue)
    }
    if !comment.isEmpty {
      let length = min(comment.count, 0xFFFF)
      append(UInt32(1) | UInt32(length) << 16)
      append(comment.extracting(0..<length))
      pad(length)
    }
    if !flags.isEmpty || !comment.isEmpty { append(UInt32(0)) }
    endBlock(from: start)
  }

  /// Writes what is pending; after an error it is gone all the same, so that nothing is written twice.
  public mutating func flush(to sink: inout some ByteSink) throws(OutputError) {
    try sink.drain(&pending)
  }

  // MARK: - Parts of blocks

  private mutating func option(_ code: UInt16, _ text: String) {
    let value = Array(text.utf8.prefix(0xFFFF))
    append(UInt32(code) | UInt32(value.count) << 16)
    append(value.span)
    pad(value.count)
  }

  @inline(__always)
  private mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { pending.append(contentsOf: $0) }
  }

  @inline(__always)
  private mutating func append(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBufferPointer { pending.append(contentsOf: $0) }
  }

  @inline(__always)
  private mutating func pad(_ count: Int) {
    for _ in 0..<(-count & 3) { pending.append(0) }
  }

  /// Puts the length of the block that began at `start` in its two places.
  @inline(__always)
  private mutating func endBlock(from start: Int) {
    let length = UInt32(truncatingIfNeeded: pending.count - start + 4)
    append(length)
    withUnsafeBytes(of: length.littleEndian) { bytes in
      for index in 0..<4 { pending[start + 4 + index] = bytes[index] }
    }
  }
}

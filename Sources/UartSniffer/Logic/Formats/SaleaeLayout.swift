import CaptureFiles

/// Where things lie in a `.logicdata` file.
struct SaleaeLayout {
  /// One channel's block.
  struct Block: Sendable {
    /// The number printed on the analyser, from 0.
    var channel: Int
    /// Absolute number of the first sample kept: time 0.
    var firstKept: Int64
    /// Absolute number of the sample after the last.
    var total: Int64
    /// Absolute sample of the last change, and the level from there on.
    var lastEdge: Int64
    var levelAtEnd: Bool
    /// Place in the file and number of the entries of 8, 16, 32 and 64 bits.
    var arrays: [(offset: Int64, count: Int64)] = []
    /// Place in the file and number of the index records.
    var index: Int64 = 0
    var records = 0

    /// Whether the level never changes.
    var isEmpty: Bool { records == 0 }
  }

  private(set) var clock: SampleClock
  private(set) var blocks: [Block] = []
  /// Why the blocks after the last one cannot be read.
  private(set) var defect: InputError?

  /// The first block starts with its class markers; settings before it have a few thousand bytes.
  private static let firstBlock: [UInt8] = [0x01, 0x16, 0x01, 0x54, 0x01, 0x15]
  private static let longestHeader = 1 << 20

  init(_ file: RandomAccessFile) throws(InputError) {
    let head = try file.read(at: 0, count: Self.longestHeader)
    guard SaleaeLogic1.recognises(head) else { throw InputError(file.name, "is no .logicdata recording") }
    var cursor = ScalarCursor(file, at: 1)
    let version = try cursor.scalar()
    try cursor.skip(Int64(try cursor.scalar()))
    _ = try cursor.scalar()
    _ = try cursor.scalar()
    let rate = try cursor.scalar()
    guard let clock = SampleClock(rate: Int64(clamping: rate)) else {
      throw InputError(file.name, "tells a sample rate of \(rate) Hz, which is not possible")
    }
    self.clock = clock
    guard let start = head.firstRange(of: Self.firstBlock)?.lowerBound else {
      throw InputError(
        file.name, "has no channels (version \(version))", remedy: "version 10 is known; export it as CSV")
    }
    cursor = ScalarCursor(file, at: Int64(start))
    do throws(InputError) {
      while try cursor.take([0x01, 0x16]) {
        guard blocks.count < EdgeBatch.channels else { break }
        blocks.append(try Self.block(&cursor, file))
      }
      // Settings follow the last block.
      guard cursor.offset < file.size else { throw cursor.cut }
    } catch {
      defect = error
    }
    if blocks.isEmpty, let defect { throw defect }
  }

  private static func block(_ cursor: inout ScalarCursor, _ file: RandomAccessFile) throws(InputError) -> Block {
    _ = try cursor.take([0x01, 0x54, 0x01, 0x15])
    var header: [Int64] = []
    for _ in 0..<8 { header.append(try cursor.position()) }
    var block = Block(
      channel: Int(header[0]) - 1, firstKept: header[1], total: header[2], lastEdge: header[4],
      levelAtEnd: header[6] != 0)
    guard (0...1023).contains(block.channel), block.firstKept <= block.total, block.lastEdge <= block.total else {
      throw InputError(file.name, "is damaged in the header of a channel")
    }
    try header5(&cursor)
    for width in [1, 2, 4, 8] as [Int64] {
      let count = try array(&cursor, of: width, file)
      block.arrays.append((cursor.offset, count))
      try cursor.skip(count * width)
    }
    let records = try array(&cursor, of: 32, file)
    block.index = cursor.offset
    block.records = Int(records)
    try cursor.skip(records * 32)
    return block
  }

  private static func header5(_ cursor: inout ScalarCursor) throws(InputError) {
    _ = try cursor.take([0x00, 0x01, 0x15])
    for _ in 0..<5 { _ = try cursor.scalar() }
  }

  /// The number of entries that follow; all of them must be in the file.
  private static func array(
    _ cursor: inout ScalarCursor, of width: Int64, _ file: RandomAccessFile
  ) throws(InputError) -> Int64 {
    _ = try cursor.take([0x00, 0x01, 0x15])
    let count = try cursor.position()
    for _ in 0..<4 { _ = try cursor.scalar() }
    guard count <= (file.size - cursor.offset) / width else { throw cursor.cut }
    return count
  }
}

/// Reads the scalars of a `.logicdata` file: a length byte and that many little-endian bytes.
struct ScalarCursor {
  private let file: RandomAccessFile
  private(set) var offset: Int64
  private var window: FileWindow

  init(_ file: RandomAccessFile, at offset: Int64) {
    self.file = file
    self.offset = offset
    window = FileWindow(file, size: 4096)
  }

  /// What is wrong when the file ends here.
  var cut: InputError {
    InputError(file.name, "is cut off: it ends inside the data of a channel", remedy: "copy or save it again whole")
  }

  mutating func byte() throws(InputError) -> UInt8 {
    guard let value = try window.number(at: offset, width: 1) else { throw cut }
    offset += 1
    return UInt8(value)
  }

  mutating func scalar() throws(InputError) -> UInt64 {
    let place = offset
    let count = try byte()
    guard count <= 8 else { throw InputError(file.name, "is damaged at byte \(place): no scalar has \(count) bytes") }
    var value: UInt64 = 0
    for index in 0..<UInt64(count) { value |= UInt64(try byte()) << (index * 8) }
    return value
  }

  /// A scalar that is a sample number or a count.
  mutating func position() throws(InputError) -> Int64 {
    let place = offset
    let value = try scalar()
    guard value <= UInt64(SampleClock.farthestTick) else {
      throw InputError(file.name, "is damaged at byte \(place): \(value) is no number of samples")
    }
    return Int64(value)
  }

  /// Passes these bytes if they come next.
  mutating func take(_ bytes: [UInt8]) throws(InputError) -> Bool {
    for (index, byte) in bytes.enumerated() {
      guard try window.number(at: offset + Int64(index), width: 1) == UInt64(byte) else { return false }
    }
    offset += Int64(bytes.count)
    return true
  }

  mutating func skip(_ count: Int64) throws(InputError) {
    guard count >= 0, count <= file.size - offset else { throw cut }
    offset += count
  }
}

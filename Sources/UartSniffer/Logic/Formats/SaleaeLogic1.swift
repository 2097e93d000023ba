public import CaptureFiles

/// A recording of Saleae Logic 1 (`.logicdata`, "Data save2"): each channel's levels as runs, in blocks one after
/// the other. Undocumented; worked out from published recordings.
///
/// Only windows of the file are in memory. Time 0 is the first sample kept.
public struct SaleaeLogic1: EdgeSource {
  public let name: String
  public let channels: [String]
  public let clock: SampleClock
  public var sample: Int64? { clock.resolution }
  public private(set) var reached: Int64
  public var origin: Int64? { nil }

  private var tracks: [RunTrack]
  /// The last sample of the recording.
  private let end: Int64
  private var defect: InputError?

  private static let title = Array("Data save2".utf8)

  /// Whether a file that starts like this is such a recording.
  public static func recognises(_ prefix: [UInt8]) -> Bool {
    prefix.first == 0x7F && prefix.prefix(32).firstRange(of: title) != nil
  }

  /// Reads the recording at `path`, which must be a real file.
  public init(path: String) throws(InputError) {
    let file = try RandomAccessFile(path: path)
    let layout = try SaleaeLayout(file)
    name = lastPathComponent(path)
    channels = layout.blocks.map { "channel \($0.channel)" }
    clock = layout.clock
    defect = layout.defect
    let first = layout.blocks.first?.firstKept ?? 0
    tracks = layout.blocks.enumerated().filter { !$1.isEmpty }.map { RunTrack($1, channel: $0, origin: first, file) }
    end = (layout.blocks.map(\.total).max() ?? 0) - first
    reached = -first
    let start = -first
    quiet = layout.blocks.enumerated().filter(\.element.isEmpty).map { index, block in
      Edge(tick: start, channel: index, level: block.levelAtEnd)
    }
  }

  /// The levels of channels without a change, until they were told.
  private var quiet: [Edge]

  public mutating func next(into edges: inout [Edge]) throws(InputError) -> Bool {
    let most = edges.count + EdgeBatch.most
    edges += quiet
    quiet = []
    while edges.count < most {
      guard let (earliest, limit) = choose() else {
        reached = end
        guard let defect else { return false }
        self.defect = nil
        throw defect
      }
      do throws(InputError) {
        try tracks[earliest].emit(upTo: limit, most: most, into: &edges)
      } catch {
        if defect == nil { defect = error }
        tracks.remove(at: earliest)
      }
    }
    reached = tracks.map(\.position).min() ?? end
    return true
  }

  /// The track that is behind all others, and how far it may go before another is.
  private mutating func choose() -> (Int, Int64)? {
    tracks.removeAll(where: \.isOver)
    guard let earliest = tracks.indices.min(by: { tracks[$0].position < tracks[$1].position }) else { return nil }
    var limit = Int64.max
    for index in tracks.indices where index != earliest { limit = min(limit, tracks[index].position) }
    return (earliest, limit)
  }
}

/// One channel of a `.logicdata` file as edges.
struct RunTrack: Sendable {
  private let block: SaleaeLayout.Block
  private let channel: Int
  /// The absolute sample that is time 0.
  private let origin: Int64
  private let name: String
  private var index: FileWindow
  private var runs: [FileWindow]

  /// Absolute sample at which the next run starts.
  private var sample: Int64 = 0
  private var level: Bool?
  /// Index records begun.
  private var record = 0
  /// The array that goes on, its next entry, and the sample up to which it does.
  private var array = 0
  private var entry: Int64 = 0
  private var recordEnd: Int64 = 0
  private(set) var isOver = false

  /// Five windows for each of at most 64 channels: 5 MiB.
  private static let window = 16_384

  init(_ block: SaleaeLayout.Block, channel: Int, origin: Int64, _ file: RandomAccessFile) {
    self.block = block
    self.channel = channel
    self.origin = origin
    name = file.name
    index = FileWindow(file, size: Self.window)
    runs = Array(repeating: FileWindow(file, size: Self.window), count: 4)
  }

  /// Tick of the next edge, or before it.
  var position: Int64 { sample - origin }

  /// Appends edges up to the tick `limit`, at least one run's worth, until there are `most`.
  mutating func emit(upTo limit: Int64, most: Int, into edges: inout [Edge]) throws(InputError) {
    repeat {
      if sample >= block.lastEdge, record > 0 {
        add(block.levelAtEnd, at: block.lastEdge, into: &edges)
        isOver = true
        return
      }
      if sample >= recordEnd { try beginRecord() }
      let run = try nextRun()
      add(run.level, at: sample, into: &edges)
      sample += run.length
      guard sample <= recordEnd else { throw damage("a run is longer than its index record says") }
    } while position <= limit && edges.count < most
  }

  private mutating func add(_ new: Bool, at sample: Int64, into edges: inout [Edge]) {
    guard level != new else { return }
    level = new
    edges.append(Edge(tick: sample - origin, channel: channel, level: new))
  }

  private mutating func beginRecord() throws(InputError) {
    guard record < block.records else { throw damage("its index ends before its last edge") }
    let (start, first, width) = (try number(record, 0), try number(record, 1), try number(record, 3))
    record += 1
    recordEnd = record < block.records ? try number(record, 0) : block.lastEdge
    guard start == sample, recordEnd > start, recordEnd <= block.lastEdge, (1...4).contains(width) else {
      throw damage("its index does not meet at sample \(sample)")
    }
    array = Int(width) - 1
    entry = first
  }

  /// A number of an index record.
  private mutating func number(_ record: Int, _ field: Int) throws(InputError) -> Int64 {
    guard let value = try index.number(at: block.index + Int64(record * 32 + field * 8), width: 8) else {
      throw damage("the file ends inside its index")
    }
    // The previous entry of the first record is -1; no field that is read is beyond the farthest tick.
    guard value <= UInt64(SampleClock.farthestTick) else { throw damage("its index holds an impossible number") }
    return Int64(value)
  }

  private mutating func nextRun() throws(InputError) -> (level: Bool, length: Int64) {
    let (offset, count) = block.arrays[array]
    let width = 1 << array
    guard entry < count, let value = try runs[array].number(at: offset + entry * Int64(width), width: width) else {
      throw damage("its index points past its runs")
    }
    entry += 1
    let top = UInt64(1) << UInt64(width * 8 - 1)
    let length = value & (top - 1)
    guard length > 0, length <= UInt64(SampleClock.farthestTick) else { throw damage("it has a run without length") }
    return (value & top != 0, Int64(length))
  }

  private func damage(_ cause: String) -> InputError {
    InputError(name, "is damaged in channel \(block.channel): \(cause)")
  }
}

public import NinebotBus

/// Who asks what on a bus, by the evidence of who sent it. The bus alone is enough.
public struct RequestCensus: Sendable {
  /// A block of registers that somebody asks for.
  public struct Block: Hashable, Sendable {
    /// Whose registers.
    public var subject: Role
    public var register: UInt8
    /// Bytes asked for; 0 where the request does not say.
    public var count: UInt8
  }

  /// What one transmitter asks.
  public struct Entry: Sendable {
    public var requests = 0
    /// Writes and commands among them.
    public var changes = 0
    /// Times of the first and last request, nanoseconds.
    public var first: Int64
    public var last: Int64
    /// How often each block was asked for.
    public var blocks: [Block: Int] = [:]

    /// Requests a second while it asked; 0 for fewer than two.
    public var rate: Double {
      last > first ? Double(requests - 1) / (Double(last &- first) * 1e-9) : 0
    }
  }

  /// There are not more registers that anybody polls.
  private static let mostBlocks = 512

  public private(set) var entries: [Transmitter: Entry] = [:]

  public init() {}

  /// Takes an event of the bus.
  public mutating func push(_ event: AttributedEvent) {
    guard let reading = event.reading, let finding = event.finding, event.event.checksumHolds,
      Claim(reading) == .request
    else { return }
    let time = event.event.start.middle
    var entry = entries[finding.sender] ?? Entry(first: time, last: time)
    entry.requests += 1
    entry.last = max(entry.last, time)
    if reading.act != .readRequest { entry.changes += 1 }
    let block = Block(subject: reading.subject, register: reading.argument, count: reading.asked)
    if entry.blocks[block] != nil || entry.blocks.count < Self.mostBlocks { entry.blocks[block, default: 0] += 1 }
    entries[finding.sender] = entry
  }

  /// Devices that the scooter was not built with and that ask, the busiest first.
  public var injectors: [Transmitter] {
    entries.filter { $0.key.isForeign }.sorted { ($1.value.requests, $0.key) < ($0.value.requests, $1.key) }.map(\.key)
  }
}

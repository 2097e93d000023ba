/// How the requests of a tap went, by device and register or command.
public struct ExchangeStatistics: Sendable {
  /// One register or command of one device.
  public struct Row: Hashable, Sendable {
    public var subject: Role
    /// The register or command asked for.
    public var expects: FrameReading.Expectation
    /// Requests with an answer in time.
    public var answered = 0
    /// Requests without an answer in time.
    public var unanswered = 0
    /// Answers after the timeout; their requests count in `unanswered` too.
    public var late = 0
    /// Answers that no request explains.
    public var unsolicited = 0
    /// Shortest and longest latency of the answered ones, in nanoseconds; 0 where there is none.
    public var leastLatency: Int64 = 0
    public var mostLatency: Int64 = 0
    /// Sum of their latencies, in nanoseconds.
    public var totalLatency: Int64 = 0

    /// Nanoseconds; nil without an answer.
    public var meanLatency: Int64? { answered > 0 ? totalLatency / Int64(answered) : nil }

    init(subject: Role, expects: FrameReading.Expectation) {
      self.subject = subject
      self.expects = expects
    }
  }

  /// In the order in which they first came up.
  public private(set) var rows: [Row] = []
  /// For each role, kind and number the row's place plus one; 0 where there is none yet.
  private var places = [UInt16](repeating: 0, count: Role.allCases.count * 4 * 256)

  public init() {}

  public mutating func add(_ exchange: Exchange) {
    let index = row(exchange.subject, exchange.expects)
    switch exchange.outcome {
    case .unanswered: rows[index].unanswered += 1
    case .late: rows[index].late += 1
    case .unsolicited: rows[index].unsolicited += 1
    case .answered:
      let latency = exchange.latency ?? 0
      let isFirst = rows[index].answered == 0
      rows[index].answered += 1
      rows[index].leastLatency = isFirst ? latency : min(rows[index].leastLatency, latency)
      rows[index].mostLatency = isFirst ? latency : max(rows[index].mostLatency, latency)
      rows[index].totalLatency &+= latency
    }
  }

  private mutating func row(_ subject: Role, _ expects: FrameReading.Expectation) -> Int {
    let (kind, number): (Int, UInt8) =
      switch expects {
      case .nothing: (0, 0)
      case .registers(let register): (1, register)
      case .acknowledgement(let register): (2, register)
      case .reply(let command): (3, command)
      }
    let place = (Int(subject.rawValue) << 2 | kind) << 8 | Int(number)
    if places[place] == 0 {
      rows.append(Row(subject: subject, expects: expects))
      places[place] = UInt16(rows.count)
    }
    return Int(places[place]) - 1
  }
}

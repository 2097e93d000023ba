/// Finds the cycle in which somebody polls, from nothing but the order of what came: register blocks where messages
/// can be read, lengths where not. Members may be missing here and there.
public struct PollRing: Sendable {
  /// One kind of message: its L and, where it can be read, whom it is from and which register it holds.
  public struct Member: Hashable, Sendable {
    /// Data bytes.
    public var dataBytes: Int
    /// Address byte of the reply; nil where it cannot be read.
    public var address: UInt8?
    public var register: UInt8?

    public init(dataBytes: Int, address: UInt8? = nil, register: UInt8? = nil) {
      self.dataBytes = dataBytes
      self.address = address
      self.register = register
    }
  }

  /// Kinds that are told apart; rings have a handful.
  private static let mostKinds = 64

  private var counts: [Member: Int] = [:]
  private var follows: [Member: [Member: Int]] = [:]
  private var previous: Member?

  public init() {}

  /// How often each kind came.
  public var totals: [Member: Int] { counts }

  /// Takes the next message.
  public mutating func push(_ member: Member) {
    guard counts[member] != nil || counts.count < Self.mostKinds else { return }
    counts[member, default: 0] += 1
    if let previous { follows[previous, default: [:]][member, default: 0] += 1 }
    previous = member
  }

  /// The members of the cycle in order, starting with the most frequent; empty when there is none.
  ///
  /// Each step goes to the commonest successor; a cycle comes back to where it began.
  public var members: [Member] {
    guard let start = counts.filter({ $0.value > 1 }).max(by: { Self.before($0, $1) })?.key else { return [] }
    var ring = [start]
    while ring.count <= counts.count {
      guard let last = ring.last,
        let next = follows[last]?.filter({ counts[$0.key] ?? 0 > 1 }).max(by: { Self.before($0, $1) })?.key
      else { return [] }
      if next == start { return ring }
      if let index = ring.firstIndex(of: next) { return Array(ring[index...]) }
      ring.append(next)
    }
    return []
  }

  /// Fewer comes first; ties are broken in a way that does not change from run to run.
  private static func before(_ a: (key: Member, value: Int), _ b: (key: Member, value: Int)) -> Bool {
    if a.value != b.value { return a.value < b.value }
    let left = (a.key.dataBytes, Int(a.key.address ?? 0), Int(a.key.register ?? 0))
    let right = (b.key.dataBytes, Int(b.key.address ?? 0), Int(b.key.register ?? 0))
    return left > right
  }
}

/// How rows are sorted. Injected traffic is on top whatever the order, damage at the bottom.
public enum RowOrder: UInt8, CaseIterable, Hashable, Sendable {
  /// By address, command and register: rows never move.
  case kind
  /// Most frequent first.
  case count
  /// Shortest period first.
  case period
  /// Latest change first.
  case change

  /// The word on the screen.
  public var name: StaticString {
    switch self {
    case .kind: "kind"
    case .count: "count"
    case .period: "period"
    case .change: "change"
    }
  }

  /// The one after it.
  public var next: RowOrder { RowOrder(rawValue: rawValue + 1) ?? .kind }

  func precedes(_ a: MessageRow, _ b: MessageRow) -> Bool {
    let (groupA, groupB) = (Self.group(a.key), Self.group(b.key))
    if groupA != groupB { return groupA < groupB }
    if groupA == 0, a.key.dash != b.key.dash { return a.key.dash < b.key.dash }
    switch self {
    case .kind: break
    case .count: if a.count != b.count { return a.count > b.count }
    case .period:
      let (periodA, periodB) = (a.rhythm.period ?? .infinity, b.rhythm.period ?? .infinity)
      if periodA != periodB { return periodA < periodB }
    case .change:
      let (changeA, changeB) = (a.changes.latest ?? .min, b.changes.latest ?? .min)
      if changeA != changeB { return changeA > changeB }
    }
    return a.key.precedes(b.key)
  }

  /// Dashes, other contradictions, the stock bus, damage.
  private static func group(_ key: MessageKey) -> Int {
    if key.matter != .frame { return 3 }
    return key.dash > 0 ? 0 : key.contradictsClaim ? 1 : 2
  }
}

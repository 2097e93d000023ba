public import BusTimeline

/// The items that a picture shows: all of a short capture, a bounded number of a long one.
///
/// Damage, what an injector sends or causes, what the phone received without asking and what it asked in vain stay as
/// long as the bound allows; ordinary traffic is thinned evenly, every second item at a time. Nothing is thinned in silence: `total` and
/// `ordinaryKeptOneIn` say what is missing, and `density` has counted everything.
public struct TimelineSample: Sendable {
  /// Items that are kept at most by default; about 80 bytes each in a page.
  public static let defaultLimit = 300_000

  /// Items that were pushed.
  public private(set) var total = 0
  /// 1 where every ordinary item is kept, 2 where every second is, and so on.
  public private(set) var ordinaryKeptOneIn = 1
  /// The same for the items that are kept first.
  public private(set) var notableKeptOneIn = 1
  /// How busy each lane was over time, of all items.
  private(set) var density = LaneDensity()

  private let limit: Int
  private var kept: [Kept] = []
  private var notable = 0
  private var seenNotable = 0
  private var seenOrdinary = 0

  private struct Kept: Sendable {
    var item: TimelineItem
    /// Its place among all items.
    var index: Int
    var isNotable: Bool
    /// How many of its class were pushed before it.
    var rank: Int
  }

  /// - Parameter limit: most items kept, at least 16.
  public init(limit: Int = defaultLimit) { self.limit = max(16, limit) }

  /// A sample of a whole time line; `causedBy` of the items are indexes in it.
  public init(_ items: some Sequence<TimelineItem>, limit: Int = defaultLimit) {
    self.init(limit: limit)
    for item in items { push(item) }
  }

  /// How many items are kept.
  public var count: Int { kept.count }

  /// Whether items are missing.
  public var isThinned: Bool { kept.count < total }

  /// Takes the next item; its `causedBy` counts from the first item pushed.
  public mutating func push(_ item: TimelineItem) {
    let isNotable = item.isNotable
    let rank = isNotable ? seenNotable : seenOrdinary
    density.add(item)
    defer { total += 1 }
    if isNotable { seenNotable += 1 } else { seenOrdinary += 1 }
    guard rank % (isNotable ? notableKeptOneIn : ordinaryKeptOneIn) == 0 else { return }
    if isNotable { notable += 1 }
    kept.append(Kept(item: item, index: total, isNotable: isNotable, rank: rank))
    if kept.count > limit { thin() }
  }

  /// Drops every second item of a class: ordinary ones while they are a quarter of all.
  private mutating func thin() {
    let thinsOrdinary = (kept.count - notable) * 4 >= kept.count
    if thinsOrdinary { ordinaryKeptOneIn *= 2 } else { notableKeptOneIn *= 2 }
    let step = thinsOrdinary ? ordinaryKeptOneIn : notableKeptOneIn
    kept.removeAll { $0.isNotable != thinsOrdinary && $0.rank % step != 0 }
    if !thinsOrdinary { notable = kept.count { $0.isNotable } }
  }

  /// The kept items in the order of their start; `causedBy` counts in this array, and is nil where the cause was
  /// dropped.
  public var items: [TimelineItem] {
    let sorted = kept.sorted { ($0.item.start, $0.index) < ($1.item.start, $1.index) }
    var place: [Int: Int] = [:]
    place.reserveCapacity(sorted.count)
    for (position, entry) in sorted.enumerated() { place[entry.index] = position }
    return sorted.map { entry in
      var item = entry.item
      item.causedBy = item.causedBy.flatMap { place[$0] }
      return item
    }
  }
}

extension TimelineItem {
  /// When it ended, nanoseconds; at most the largest time there is.
  var end: Int64 {
    let (end, overflows) = start.addingReportingOverflow(max(0, duration))
    return overflows ? .max : end
  }

  /// Whether it belongs to what went wrong.
  var isNotable: Bool {
    kind == .damage || solicited == false || injector != nil || outcome?.isBroken == true
  }

  /// The injector that sent it or made it happen, as far as the item itself tells.
  var injector: Transmitter? {
    if case .wire(let sender) = lane, sender.isForeign { return sender }
    if case .reply(let asker) = cause, asker.isForeign { return asker }
    return nil
  }
}

import Glibc
import NinebotBus

/// How often each device asked for what, each request counted by its probability. Bounded, and old counts fade.
struct PollingHabits: Sendable {
  /// One kind of request and how often each candidate made it.
  private struct Row: Sendable {
    /// Subject, command, register and byte count.
    var key: UInt32
    var counts = [16 of Float](repeating: 0)
  }

  private var rows: [Row] = []
  /// Where each kind is in `rows`, plus one: a hash table with open addressing, twice as large as it can need.
  private var places = [UInt16](repeating: 0, count: 2 * mostKinds)
  private var totals = [Float](repeating: 0, count: Candidate.count)

  private static let mostKinds = 256
  /// Counts of one device past this are halved.
  private static let memory: Float = 512
  /// What was never asked still may be.
  private static let prior: Float = 0.5

  private static func key(_ reading: FrameReading) -> UInt32 {
    UInt32(reading.subject.rawValue) << 24 | UInt32(reading.command) << 16 | UInt32(reading.argument) << 8
      | UInt32(reading.asked)
  }

  /// Where a kind of request is or would be in `places`.
  private func place(of key: UInt32) -> Int {
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B1) >> 23)
    while places[place] != 0, rows[Int(places[place]) - 1].key != key { place = (place + 1) & (places.count - 1) }
    return place
  }

  /// The row of requests like this one; nil where there was none yet.
  func row(of reading: FrameReading) -> Int? {
    let row = Int(places[place(of: Self.key(reading))])
    return row > 0 ? row - 1 : nil
  }

  /// Counts a request.
  ///
  /// - Parameter weight: how probable it is that the candidate made it, 0 to 1.
  mutating func learn(_ reading: FrameReading, _ candidate: Int, weight: Float = 1) {
    guard weight > 0.01 else { return }
    let key = Self.key(reading)
    let place = place(of: key)
    if places[place] == 0 {
      guard rows.count < Self.mostKinds else { return }
      rows.append(Row(key: key))
      places[place] = UInt16(rows.count)
    }
    rows[Int(places[place]) - 1].counts[candidate] += weight
    totals[candidate] += weight
    guard totals[candidate] > Self.memory else { return }
    totals[candidate] /= 2
    for index in rows.indices { rows[index].counts[candidate] /= 2 }
  }

  /// Whether requests are too unlike a device's to be its own: a likelihood-ratio test of their shares against its.
  ///
  /// - Parameter earlier: how many such tests found nothing: of many, one does by chance.
  func areUnlike(_ readings: [FrameReading], _ candidate: Int, earlier: Int = 0) -> Bool {
    var counts: [UInt32: (count: Float, share: Float)] = [:]
    for reading in readings {
      counts[Self.key(reading), default: (0, share(row(of: reading), candidate))].count += 1
    }
    let total = Float(readings.count)
    let ratio = counts.values.reduce(Float(0)) { $0 + $1.count * logf($1.count / total / $1.share) }
    return ratio > Self.limit(kinds: counts.count, earlier: earlier)
  }

  /// Whether two groups of requests are too unlike to be one device's: a likelihood-ratio test of the groups' own shares
  /// against those of both together.
  ///
  /// - Parameter earlier: how many such tests found nothing.
  static func areUnlike(_ first: [FrameReading], _ second: [FrameReading], earlier: Int) -> Bool {
    var counts: [UInt32: SIMD2<Float>] = [:]
    for reading in first { counts[key(reading), default: .zero].x += 1 }
    for reading in second { counts[key(reading), default: .zero].y += 1 }
    let sizes = SIMD2(Float(first.count), Float(second.count))
    var ratio: Float = 0
    for count in counts.values {
      for group in 0..<2 where count[group] > 0 {
        ratio += count[group] * logf(count[group] * sizes.sum() / (sizes[group] * count.sum()))
      }
    }
    return ratio > limit(kinds: counts.count, earlier: earlier)
  }

  /// By chance a ratio is half the number of kinds.
  private static func limit(kinds: Int, earlier: Int) -> Float {
    5 + Float(kinds) + 2 * logf(1 + Float(earlier))
  }

  /// How many requests of a device were learnt, as far as that is remembered.
  func requests(of candidate: Int) -> Float { totals[candidate] }

  /// Share of a device's requests that are of a row's kind, 0 to 1.
  func share(_ row: Int?, _ candidate: Int) -> Float {
    let count = row.map { rows[$0].counts[candidate] } ?? 0
    return (count + Self.prior) / (totals[candidate] + Self.prior * Float(max(rows.count, 8)))
  }
}

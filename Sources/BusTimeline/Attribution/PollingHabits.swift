import Glibc
import NinebotBus

/// How often each device asked for what, each request counted by its probability. Bounded, and old counts fade.
struct PollingHabits: Sendable {
  private var kinds = RequestKinds()
  /// How often each candidate made requests of each kind.
  private var rows: [[16 of Float]] = []
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

  /// The row of requests like this one; nil where there was none yet.
  func row(of reading: FrameReading) -> Int? { kinds.number(of: Self.key(reading)) }

  /// Counts a request.
  ///
  /// - Parameter weight: how probable it is that the candidate made it, 0 to 1.
  mutating func learn(_ reading: FrameReading, _ candidate: Int, weight: Float = 1) {
    guard weight > 0.01 else { return }
    guard kinds.count < Self.mostKinds || row(of: reading) != nil else { return }
    let row = kinds.add(Self.key(reading))
    if row == rows.count { rows.append([16 of Float](repeating: 0)) }
    rows[row][candidate] += weight
    totals[candidate] += weight
    guard totals[candidate] > Self.memory else { return }
    totals[candidate] /= 2
    for index in rows.indices { rows[index][candidate] /= 2 }
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
  /// - Parameters:
  ///   - requests: each with the number of its group, 0 or 1.
  ///   - earlier: how many such tests found nothing.
  static func areUnlike(_ requests: some Sequence<(reading: FrameReading, group: Int)>, earlier: Int) -> Bool {
    var kinds = RequestKinds()
    var counts: [SIMD2<Float>] = []
    var sizes = SIMD2<Float>()
    for request in requests {
      let kind = kinds.add(key(request.reading))
      if kind == counts.count { counts.append(.zero) }
      counts[kind][request.group] += 1
      sizes[request.group] += 1
    }
    var ratio: Float = 0
    for count in counts {
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
    let count = row.map { rows[$0][candidate] } ?? 0
    return (count + Self.prior) / (totals[candidate] + Self.prior * Float(max(rows.count, 8)))
  }
}

import func Glibc.log

/// What usually becomes of answers. Modules differ in whether they pass on what the phone did not ask for (protocol.md
/// 6.8), logs in whether they have everything.
struct ForwardingHabit: Sendable {
  /// Answers that the phone was told of, and those that it was not.
  private struct Count: Sendable {
    var told = 1.0
    var kept = 0.0

    mutating func add(told: Double, kept: Double) {
      self.told += told
      self.kept += kept
      // What was long ago counts for less.
      if self.told + self.kept > 400 { (self.told, self.kept) = (self.told / 2, self.kept / 2) }
    }
  }

  private static let bin: Int64 = 4_000_000
  private static let bins = 150
  /// Delays of this many answers outweigh what was assumed before.
  private static let assumed = 20.0
  /// Of any delay it is said that so many answers have it: repetitions on the air come as they like.
  private static let rarest = 0.002

  private var own = Count()
  private var foreign = Count()
  /// How often an answer took so long to the phone.
  private var delays: [Double]
  private var delaysTotal: Double

  /// - Parameter usual: nanoseconds in which an answer is at the phone as a rule.
  init(usual: Int64) {
    let within = max(1, min(Self.bins, Int(usual / Self.bin)))
    delays = (0..<Self.bins).map { $0 < within ? Self.assumed / Double(within) : 0.01 }
    delaysTotal = delays.reduce(0, +)
  }

  /// Notes how long an answer took that can be no other.
  mutating func took(_ delay: Int64) {
    delays[Self.index(delay)] += 1
    delaysTotal += 1
  }

  /// Logarithm of the share of answers that take so long, neighbours included.
  func likelihood(_ delay: Int64) -> Double {
    let index = Self.index(delay)
    let near = delays[max(0, index - 1)...min(Self.bins - 1, index + 1)]
    return log(max(Self.rarest, near.reduce(0, +) / Double(near.count) / delaysTotal))
  }

  private static func index(_ delay: Int64) -> Int { Int(min(max(0, delay / bin), Int64(bins - 1))) }

  /// Logarithm of the share of answers that the log misses.
  var lossLikelihood: Double { log(max(0.002, own.kept / (own.told + own.kept))) }

  var forwardsForeign: Bool { foreign.told > 0.25 * foreign.kept }

  mutating func told(_ cause: Cause) { add(cause, told: 1, kept: 0) }

  mutating func kept(_ cause: Cause) { add(cause, told: 0, kept: 1) }

  private mutating func add(_ cause: Cause, told: Double, kept: Double) {
    switch cause {
    case .replyToPhone: own.add(told: told, kept: kept)
    case .reply: foreign.add(told: told, kept: kept)
    case .unknown, .own, .phone: return
    }
  }
}

/// Answers on the wire that could be passed on: all, and those to the phone's requests.
struct AnswerCount: Sendable {
  private(set) var all = 0
  private(set) var own = 0

  mutating func add(_ cause: Cause) {
    all += 1
    if cause == .replyToPhone { own += 1 }
  }
}

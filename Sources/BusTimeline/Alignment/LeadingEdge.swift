/// What the shortest delays say of the drift.
///
/// How short the shortest delay is, nobody knows; but it is the same early and late, so the line along the quickest
/// answers runs parallel to the clock. Near that line answers lie about evenly, so the chance that a stripe above a
/// line holds none of them falls exponentially with its area: lines that leave too large a stripe are ruled out.
struct LeadingEdge {
  private let constraints: [Constraint]
  /// Mean time of the answers, nanoseconds.
  private let middle: Double
  /// How far below the best line another one may lie there, nanoseconds.
  private let depth: Double

  /// Natural logarithm of the likelihood ratio beyond which a line is ruled out.
  private static let leastLikelihood = 11.0
  private static let leastPairs = 40

  /// Nil where there are too few answers.
  init?(
    _ pairs: [EnvelopeFit.Pair], _ constraints: [Constraint], _ line: LineRegion.Line, center: Int64, base: Int64
  ) {
    let replies = pairs.filter(\.isReply)
    guard replies.count >= Self.leastPairs else { return nil }
    self.constraints = constraints.filter(\.isUpper)
    middle = replies.reduce(0) { $0 + Double($1.time - center) } / Double(replies.count)
    let heights = replies.map { Double($0.bound - base) - line.at(Double($0.time - center)) }.sorted()
    // A tenth of the answers: near enough to the edge to tell how dense they are there.
    let tenth = max(4, heights.count / 10)
    let density = Double(tenth) / max(1000, heights[tenth] - heights[0])
    depth = Self.leastLikelihood / (density / 1.3)
  }

  /// Slopes that the clocks can have; nil where that says nothing.
  func slopes(_ whole: LineRegion, slack: Double) -> ClosedRange<Double>? {
    var region = whole
    for constraint in constraints { region.clip(constraint, slack: slack) }
    guard !region.isEmpty else { return nil }
    let top = region.values(at: middle).upperBound
    region.clip(Constraint(time: middle, value: top - depth, isUpper: false))
    return region.isEmpty ? nil : region.slopes
  }
}

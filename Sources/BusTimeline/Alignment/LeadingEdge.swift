/// What the shortest delays say of the drift.
///
/// How short the shortest delay is, nobody knows; but it is the same early and late, so the line along the quickest
/// answers runs parallel to the clock. Near that line answers come by chance, so the chance that a stripe above a line
/// holds none of them falls exponentially with the number that it should hold: lines that leave too large a stripe are
/// ruled out.
struct LeadingEdge {
  private let constraints: [Constraint]
  /// Mean time of the answers, nanoseconds.
  private let middle: Double
  /// How far below the best line another one may lie there, nanoseconds.
  private let depth: Double

  /// A stripe that should hold so many answers and holds none is no accident (e^-16). Uncertain times thin the edge out,
  /// so that it holds fewer than the count says; then it takes more.
  private static let ruledOut = (sharp: 16, blurred: 40)
  private static let leastPairs = 80

  /// Nil where there are too few answers.
  init?(
    _ pairs: [EnvelopeFit.Pair], _ constraints: [Constraint], _ line: LineRegion.Line, center: Int64, base: Int64
  ) {
    let replies = pairs.filter(\.isReply)
    guard replies.count >= Self.leastPairs else { return nil }
    self.constraints = constraints.filter(\.isUpper)
    middle = replies.reduce(0) { $0 + Double($1.time - center) } / Double(replies.count)
    let heights = replies.map { Double($0.bound - base) - line.at(Double($0.time - center)) }.sorted()
    // Counted, not computed from a density: uncertain times thin the answers out towards the edge.
    let doubt = replies.map(\.doubt).sorted()[replies.count / 2]
    let sharp = heights[Self.ruledOut.sharp] - heights[0]
    depth = Double(doubt) < sharp / 2 ? sharp : heights[Self.ruledOut.blurred] - heights[0]
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

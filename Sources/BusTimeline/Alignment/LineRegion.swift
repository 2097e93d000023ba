/// All straight lines value(time) = a + b·time that keep on the right side of every given point: a convex polygon in
/// the plane of a and b, kept by its corners.
struct LineRegion: Sendable {
  /// One line; times and values in nanoseconds.
  struct Line: Sendable {
    var value: Double
    var slope: Double
    func at(_ time: Double) -> Double { value + slope * time }
    /// The same line with time counted from `time`.
    func moved(by time: Double) -> Line { Line(value: at(time), slope: slope) }
  }

  private(set) var corners: [Line]

  /// Lines within `halfWidth` of 0 at time 0 with a slope in the range.
  init(halfWidth: Double, slope: ClosedRange<Double>) {
    corners = [
      Line(value: -halfWidth, slope: slope.lowerBound), Line(value: halfWidth, slope: slope.lowerBound),
      Line(value: halfWidth, slope: slope.upperBound), Line(value: -halfWidth, slope: slope.upperBound),
    ]
  }

  init(corners: [Line]) { self.corners = corners }

  var isEmpty: Bool { corners.isEmpty }

  /// Keeps the lines that pass at or below `value` (or above it) at `time`.
  mutating func clip(_ constraint: Constraint, slack: Double = 0) {
    clip { constraint.room($0) + slack }
  }

  /// Keeps the lines with a slope in the range.
  mutating func clip(slopes: ClosedRange<Double>) {
    clip { $0.slope - slopes.lowerBound }
    clip { slopes.upperBound - $0.slope }
  }

  /// Keeps the lines for which `room`, which is linear in both coordinates, is not negative.
  private mutating func clip(_ room: (Line) -> Double) {
    guard var previous = corners.last else { return }
    var previousRoom = room(previous)
    var kept: [Line] = []
    kept.reserveCapacity(corners.count + 1)
    for corner in corners {
      let cornerRoom = room(corner)
      if (cornerRoom < 0) != (previousRoom < 0) {
        let share = previousRoom / (previousRoom - cornerRoom)
        kept.append(
          Line(
            value: previous.value + (corner.value - previous.value) * share,
            slope: previous.slope + (corner.slope - previous.slope) * share))
      }
      if cornerRoom >= 0 { kept.append(corner) }
      (previous, previousRoom) = (corner, cornerRoom)
    }
    corners = kept
  }

  /// What the lines pass through at a time.
  func values(at time: Double) -> ClosedRange<Double> { range { $0.at(time) } }

  /// The slopes of the lines.
  var slopes: ClosedRange<Double> { range { $0.slope } }

  /// The middle of the corners: a line well inside.
  var center: Line {
    let count = Double(max(1, corners.count))
    return Line(
      value: corners.reduce(0) { $0 + $1.value } / count, slope: corners.reduce(0) { $0 + $1.slope } / count)
  }

  private func range(_ value: (Line) -> Double) -> ClosedRange<Double> {
    var least = Double.infinity, most = -Double.infinity
    for corner in corners {
      least = min(least, value(corner))
      most = max(most, value(corner))
    }
    return least <= most ? least...most : 0...0
  }
}

/// A line must not be above a point, or not below it.
struct Constraint: Sendable {
  var time: Double
  var value: Double
  var isUpper: Bool

  /// Distance of a line to the forbidden side; negative if it is there.
  func room(_ line: LineRegion.Line) -> Double { isUpper ? value - line.at(time) : line.at(time) - value }
}

/// The extreme pairs of one direction, in bins of time; a pair that is extreme beyond reason is a wrong one and left
/// out.
struct Envelope {
  private let isUpper: Bool
  private let line: LineRegion.Line
  private let middle: Int64
  private let base: Int64

  private static let mostBins = 64
  private static let fewestInBin = 12
  private static let keptOfBin = 3

  init(isUpper: Bool, _ line: LineRegion.Line, middle: Int64, base: Int64) {
    self.isUpper = isUpper
    self.line = line
    self.middle = middle
    self.base = base
  }

  /// - Parameters: pairs of this direction, in any order, and the time they are spread over.
  func constraints(_ pairs: [EnvelopeFit.Pair], from first: Int64, to last: Int64) -> [Constraint] {
    let bins = min(Self.mostBins, max(1, pairs.count / Self.fewestInBin))
    let width = max(1, (last - first) / Int64(bins) + 1)
    var extremes = [[Distance]](repeating: [], count: bins)
    for pair in pairs {
      let time = Double(pair.time - middle)
      let value = Double(pair.bound - base)
      let distance = isUpper ? value - line.at(time) : line.at(time) - value
      extremes[Int((pair.time - first) / width)].append(Distance(distance: distance, time: time, value: value))
    }
    return extremes.flatMap { bin -> [Constraint] in
      let sorted = bin.sorted { $0.distance < $1.distance }
      return sorted.dropFirst(strays(sorted)).prefix(Self.keptOfBin).map {
        Constraint(time: $0.time, value: $0.value, isUpper: isUpper)
      }
    }
  }

  private struct Distance {
    var distance: Double
    var time: Double
    var value: Double
  }

  /// How many of the nearest pairs are further from the next than chance explains: the distances of what is nearest
  /// grow evenly, so a gap many times the usual step is no accident.
  private func strays(_ sorted: [Distance]) -> Int {
    guard sorted.count >= 6 else { return 0 }
    let upTo = min(sorted.count - 1, 10)
    for stray in [2, 1] {
      let gap = sorted[stray].distance - sorted[stray - 1].distance
      let usual = (sorted[upTo].distance - sorted[stray].distance) / Double(upTo - stray)
      if gap > 10 * usual + 20e3 { return stray }
    }
    return 0
  }
}

import Glibc

/// A density learnt one value at a time: a few normal modes and a floor for what fits none.
///
/// One device can have several modes (the M365's BLE module has two bit clocks, protocol.md 5.3), so a second mode is
/// no second device.
struct ModeSet: Hashable, Sendable {
  private struct Mode: Hashable {
    var mean: Float
    var variance: Float
    var weight: Float
  }

  private var modes: [Mode] = []
  /// Where values can lie at all: the floor is uniform over it.
  private let range: ClosedRange<Float>
  /// No mode is taken to be narrower.
  private let leastSpread: Float
  private let most: Int
  /// Values that fitted no mode when there was no room for another.
  private var misses: Float = 0
  /// The share of such values is not taken to be less.
  private static let leastFloor: Float = 0.01
  /// Old values fade: a mode follows a clock that drifts with temperature.
  private static let memory: Float = 256

  /// - Parameter modes: the most that are told apart.
  init(range: ClosedRange<Float>, leastSpread: Float, modes: Int = 4) {
    most = modes
    self.range = range
    self.leastSpread = leastSpread
  }

  /// Mean and spread of each mode, heaviest first.
  var summary: [(mean: Float, spread: Float, share: Float)] {
    let total = modes.reduce(0) { $0 + $1.weight }
    return modes.sorted { $0.weight > $1.weight }.map { ($0.mean, $0.variance.squareRoot(), $0.weight / max(total, 1)) }
  }

  /// - Parameter hasTail: the value can be too large by pauses; then only the low side shapes a mode.
  mutating func learn(_ value: Float, spread: Float, hasTail: Bool = false) {
    if hasTail, modes.contains(where: { value > $0.mean && distance(value, spread, $0) > 2 }) { return }
    if let nearest = nearest(value), distance(value, spread, modes[nearest]) < 4 {
      let weight = modes[nearest].weight
      let rate = 1 / min(weight + 1, Self.memory)
      let step = value - modes[nearest].mean
      modes[nearest].mean += rate * step
      modes[nearest].variance += rate * (step * step - modes[nearest].variance)
      modes[nearest].weight = min(weight + 1, 4 * Self.memory)
    } else {
      let mode = Mode(mean: value, variance: leastSpread * leastSpread, weight: 1)
      if modes.count < most {
        modes.append(mode)
      } else {
        misses = min(misses + 1, 4 * Self.memory)
        // A mode that hardly anything fits makes room.
        if let lightest = modes.indices.min(by: { modes[$0].weight < modes[$1].weight }),
          modes[lightest].weight * 8 < misses + 8
        {
          modes[lightest] = mode
        }
      }
    }
  }

  /// Log-likelihood of a value against the uniform floor: 0 is what an unknown device would get.
  func advantage(of value: Float, spread: Float, hasTail: Bool = false) -> Float {
    let width = range.upperBound - range.lowerBound
    let total = modes.reduce(Float(0)) { $0 + $1.weight }
    guard total > 0 else { return 0 }
    let floor = max(Self.leastFloor, misses / (total + misses))
    var density: Float = 0
    for mode in modes {
      // A mode with a single value is a guess.
      let share = mode.weight / (total + 2)
      let sigma = (max(mode.variance, leastSpread * leastSpread) + spread * spread).squareRoot()
      let z = (value - mode.mean) / sigma
      density += share * expf(-0.5 * z * z) / (2.5066 * sigma)
      if hasTail, value > mode.mean { density += share * 0.3 * expf((mode.mean - value) / 15) / 15 }
    }
    return logf(floor + (1 - floor) * density * width)
  }

  /// Whether a value fits a mode.
  func fits(_ value: Float, spread: Float) -> Bool {
    nearest(value).map { distance(value, spread, modes[$0]) < 4 } ?? false
  }

  private func nearest(_ value: Float) -> Int? {
    modes.indices.min { abs(modes[$0].mean - value) < abs(modes[$1].mean - value) }
  }

  private func distance(_ value: Float, _ spread: Float, _ mode: Mode) -> Float {
    abs(value - mode.mean) / (max(mode.variance, leastSpread * leastSpread) + spread * spread).squareRoot()
  }
}

import Glibc

/// A density learnt one value at a time: a few normal modes and a floor for what fits none.
///
/// One device can have several modes (the M365's BLE module has two bit clocks, protocol.md 5.3), so a second mode is
/// no second device.
struct ModeSet: Sendable {
  private struct Mode: Sendable {
    var mean: Float = 0
    var variance: Float = 0
    var weight: Float = 0
  }

  /// In place, so that looking at a fingerprint touches no other memory.
  private var modes = [4 of Mode](repeating: Mode())
  private var count = 0
  /// Where values can lie at all: the floor is uniform over it.
  private let range: ClosedRange<Float>
  /// No mode is taken to be narrower.
  private let leastSpread: Float
  private let most: Int
  /// Sum of the modes' weights.
  private var total: Float = 0
  /// Values that fitted no mode when there was no room for another.
  private var misses: Float = 0
  /// Old values fade: a mode follows a clock that drifts with temperature.
  private static let memory: Float = 256

  /// - Parameter modes: the most that are told apart, 1 to 4.
  init(range: ClosedRange<Float>, leastSpread: Float, modes: Int = 4) {
    most = modes
    self.range = range
    self.leastSpread = leastSpread
  }

  /// Mean and spread of each mode, heaviest first.
  var summary: [(mean: Float, spread: Float, share: Float)] {
    (0..<count).map { modes[$0] }.sorted { $0.weight > $1.weight }.map {
      ($0.mean, $0.variance.squareRoot(), $0.weight / max(total, 1))
    }
  }

  /// - Parameter hasTail: the value can be too large by pauses; then only the low side shapes a mode.
  mutating func learn(_ value: Float, spread: Float, hasTail: Bool = false) {
    if hasTail {
      for index in 0..<count where value > modes[index].mean && distance(value, spread, modes[index]) > 2 { return }
    }
    if let nearest = nearest(value), distance(value, spread, modes[nearest]) < 4 {
      draw(nearest, to: value)
    } else if count < most {
      count += 1
      replace(count - 1, by: value)
    } else {
      misses = min(misses + 1, 4 * Self.memory)
      // A mode that hardly anything fits makes room.
      var lightest = 0
      for index in 1..<max(count, 1) where modes[index].weight < modes[lightest].weight { lightest = index }
      if modes[lightest].weight * 8 < misses + 8 { replace(lightest, by: value) }
    }
  }

  private mutating func draw(_ index: Int, to value: Float) {
    let weight = modes[index].weight
    let rate = 1 / min(weight + 1, Self.memory)
    let step = value - modes[index].mean
    modes[index].mean += rate * step
    modes[index].variance += rate * (step * step - modes[index].variance)
    modes[index].weight = min(weight + 1, 4 * Self.memory)
    total += modes[index].weight - weight
  }

  private mutating func replace(_ index: Int, by value: Float) {
    total += 1 - modes[index].weight
    modes[index] = Mode(mean: value, variance: leastSpread * leastSpread, weight: 1)
  }

  /// Log-likelihood of a value against the uniform floor: 0 is what an unknown device would get.
  ///
  /// - Parameter leastFloor: the share of values that fit no mode is not taken to be less, 0 to 1.
  func advantage(of value: Float, spread: Float, hasTail: Bool = false, leastFloor: Float = usualFloor) -> Float {
    guard total > 0 else { return 0 }
    let width = range.upperBound - range.lowerBound
    let floor = max(leastFloor, misses / (total + misses))
    var density: Float = 0
    for index in 0..<count {
      let mode = modes[index]
      // A mode with a single value is a guess.
      let share = mode.weight / (total + 2)
      let variance = max(mode.variance, leastSpread * leastSpread) + spread * spread
      let distance = value - mode.mean
      if distance * distance < Self.nothing * variance {
        density += share * expf(-0.5 * distance * distance / variance) / (2.5066 * variance.squareRoot())
      }
      if hasTail, distance > 0 { density += share * 0.3 * fading(-distance / 15) / 15 }
    }
    // Most candidates are far off, and their floor is mostly the least.
    if density == 0, floor == Self.usualFloor { return Self.logOfUsualFloor }
    return logf(floor + (1 - floor) * density * width)
  }

  /// Seven standard deviations, squared: further off, a mode adds nothing to the floor.
  private static let nothing: Float = 49
  private static var usualFloor: Float { 0.01 }
  private static var logOfUsualFloor: Float { -4.6051702 }

  /// Whether a value fits a mode.
  func fits(_ value: Float, spread: Float) -> Bool {
    nearest(value).map { distance(value, spread, modes[$0]) < 4 } ?? false
  }

  private func nearest(_ value: Float) -> Int? {
    guard count > 0 else { return nil }
    var nearest = 0
    for index in 1..<max(count, 1) where abs(modes[index].mean - value) < abs(modes[nearest].mean - value) {
      nearest = index
    }
    return nearest
  }

  private func distance(_ value: Float, _ spread: Float, _ mode: Mode) -> Float {
    abs(value - mode.mean) / (max(mode.variance, leastSpread * leastSpread) + spread * spread).squareRoot()
  }
}

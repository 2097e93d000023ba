import Glibc

/// A density learnt one value at a time: a few normal modes and a floor for what fits none.
///
/// One device can have several modes (the M365's BLE module has two bit clocks, protocol.md 5.3), so a second mode is
/// no second device.
struct ModeSet: Sendable {
  /// Side by side, so that a value is held against all modes at once, and in place, so that looking at a fingerprint
  /// touches no other memory.
  private var means = SIMD4<Float>()
  private var variances = SIMD4<Float>()
  /// 0 where there is no mode.
  private var weights = SIMD4<Float>()
  private var count = 0
  /// Where values can lie at all: the floor is uniform over it.
  private let width: Float
  /// No mode is taken to be narrower.
  private let leastVariance: Float
  private let most: Int
  /// Sum of the modes' weights.
  private var total: Float = 0
  /// Values that fitted no mode when there was no room for another.
  private var misses: Float = 0
  /// Share of values that fit no mode.
  private var missed: Float { misses > 0 ? misses / (total + misses) : 0 }
  /// Share of values that pauses made larger, of those that can be, and how many of these it is known from.
  private var lengthened = Self.usuallyLengthened
  private var lengthenable: Float = 20
  /// Old values fade: a mode follows a clock that drifts with temperature.
  private static let memory: Float = 256

  /// - Parameters:
  ///   - range: where values can lie.
  ///   - leastSpread: no mode is taken to be narrower.
  ///   - modes: the most that are told apart, 1 to 4.
  init(range: ClosedRange<Float>, leastSpread: Float, modes: Int = 4) {
    most = modes
    width = range.upperBound - range.lowerBound
    leastVariance = leastSpread * leastSpread
  }

  /// Mean and spread of each mode, heaviest first.
  var summary: [(mean: Float, spread: Float, share: Float)] {
    (0..<count).sorted { weights[$0] > weights[$1] }.map {
      (means[$0], variances[$0].squareRoot(), weights[$0] / max(total, 1))
    }
  }

  /// - Parameter hasTail: the value can be too large by pauses; then only the low side shapes a mode.
  mutating func learn(_ value: Float, spread: Float, hasTail: Bool = false) {
    let squares = squares(value, spread)
    if hasTail {
      let isLonger = any((means .< value) .& (squares .> 4) .& (weights .> 0))
      lengthenable = min(lengthenable + 1, Self.memory)
      lengthened += ((isLonger ? 1 : 0) - lengthened) / lengthenable
      if isLonger { return }
    }
    if let nearest = nearest(value), squares[nearest] < 16 {
      draw(nearest, to: value)
    } else if count < most {
      count += 1
      replace(count - 1, by: value)
    } else {
      misses = min(misses + 1, 4 * Self.memory)
      // A mode that hardly anything fits makes room.
      var lightest = 0
      for index in 1..<max(count, 1) where weights[index] < weights[lightest] { lightest = index }
      if weights[lightest] * 8 < misses + 8 { replace(lightest, by: value) }
    }
  }

  private mutating func draw(_ index: Int, to value: Float) {
    let weight = weights[index]
    let rate = 1 / min(weight + 1, Self.memory)
    let step = value - means[index]
    means[index] += rate * step
    variances[index] += rate * (step * step - variances[index])
    weights[index] = min(weight + 1, 4 * Self.memory)
    total += weights[index] - weight
  }

  private mutating func replace(_ index: Int, by value: Float) {
    total += 1 - weights[index]
    (means[index], variances[index], weights[index]) = (value, leastVariance, 1)
  }

  /// Log-likelihood of a value against the uniform floor: 0 is what an unknown device would get.
  ///
  /// - Parameter leastFloor: the share of values that fit no mode is not taken to be less, 0 to 1.
  func advantage(of value: Float, spread: Float, hasTail: Bool = false, leastFloor: Float = usualFloor) -> Float {
    guard total > 0 else { return 0 }
    let floor = max(leastFloor, missed)
    let spreads = spreads(spread)
    let distances = value - means
    let squares = distances * distances
    let near = (squares .< Self.nothing * spreads) .& (weights .> 0)
    // Most candidates are far off, and their floor is mostly the least.
    if !any(near), !hasTail { return floor == Self.usualFloor ? Self.logOfUsualFloor : logf(floor) }
    let tail = hasTail ? max(lengthened, Self.leastLengthened) : 0
    var density: Float = 0
    for index in 0..<count {
      if near[index] {
        let inverse = 1 / spreads[index]
        density +=
          (1 - tail) * weights[index] * expf(-0.5 * squares[index] * inverse)
          * (inverse * Self.inverseCircle).squareRoot()
      }
      if hasTail, distances[index] > 0 { density += weights[index] * tail * fading(-distances[index] / 15) / 15 }
    }
    // A mode with a single value is a guess.
    return logf(floor + (1 - floor) * width * density / (total + 2))
  }

  /// Seven standard deviations, squared: further off, a mode adds nothing to the floor.
  private static let nothing: Float = 49
  private static var usualFloor: Float { 0.01 }
  private static var logOfUsualFloor: Float { -4.6051702 }
  /// Believed before enough was seen.
  private static let usuallyLengthened: Float = 0.3
  /// Frames with pauses are seldom certain enough to be learnt from, so it is never taken to be less.
  private static let leastLengthened: Float = 0.03
  /// One by two pi: the height of a normal density of variance 1, squared.
  private static let inverseCircle: Float = 0.15915494

  /// Whether a value fits a mode.
  func fits(_ value: Float, spread: Float) -> Bool {
    nearest(value).map { squares(value, spread)[$0] < 16 } ?? false
  }

  private func nearest(_ value: Float) -> Int? {
    guard count > 0 else { return nil }
    let distances = value - means
    var nearest = 0
    for index in 1..<max(count, 1) where abs(distances[index]) < abs(distances[nearest]) { nearest = index }
    return nearest
  }

  /// Squared distances from the modes in standard deviations, the measurement's own spread included.
  private func squares(_ value: Float, _ spread: Float) -> SIMD4<Float> {
    let distances = value - means
    return distances * distances / spreads(spread)
  }

  private func spreads(_ spread: Float) -> SIMD4<Float> {
    variances.replacing(with: leastVariance, where: variances .< leastVariance) + spread * spread
  }
}

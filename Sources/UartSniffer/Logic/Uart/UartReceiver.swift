public import NinebotBus

/// Turns the edges of one line into timed bytes: 8 data bits, no parity, 1 stop bit, least bit first.
///
/// Each bit is the vote of three samples at 7/16, 8/16 and 9/16 of its time, and the start bit must win its vote
/// too, so that noise pulses make no bytes (protocol.md 5.3). The work is per edge, whatever the sample rate.
public struct UartReceiver: Sendable {
  /// The bytes that `push`, `advance` and `finish` completed since `removeAll`.
  public private(set) var bytes: [UInt8] = []
  /// One entry for each of `bytes`.
  public private(set) var times: [ByteTime] = []
  /// Pulses shorter than half a bit, high or low: noise.
  public private(set) var glitches = 0

  private let clock: SampleClock
  /// Nanoseconds that a byte's start may be off.
  private let uncertainty: Int64
  /// When the samples are taken, in ticks after the start edge: three for each of ten bits.
  private let offsets: [Int64]
  private let ticksPerBit: Double
  private let halfBit: Int64
  /// A falling edge later than this after the start belongs to the stop bit.
  private let lastDataEdge: Int64
  /// A falling edge later than this after the start begins another byte.
  private let stopBegins: Int64

  /// The line's level; nil before the first edge.
  private var level: Bool?
  /// Tick of the last change of level.
  private var lastEdge: Int64 = 0
  /// Whether `lastEdge` was a change that the recording shows, and not its beginning.
  private var edgeWasSeen = false
  /// Nothing is known to change before this tick.
  private var reached: Int64 = 0
  private var byte: Byte?

  /// A byte that is on its way.
  private struct Byte: Sendable {
    let start: Int64
    /// Samples taken so far, of 30.
    var samples = 0
    var highs = 0
    var value: UInt16 = 0
    var falls = FallingEdges()
    var wasHigh = false
    var isClean = true
    /// How long the line was low and high while the start bit was in question.
    var low: Int64 = 0
    var high: Int64 = 0
  }

  /// A receiver at `rate` bits a second. `uncertainty` is how far an edge's tick may be off, in nanoseconds;
  /// one tick if not given.
  public init(clock: SampleClock, rate: Int, uncertainty: Int64? = nil) {
    self.clock = clock
    self.uncertainty = uncertainty ?? clock.resolution
    let bit = clock.ticksPerBit(Double(rate))
    ticksPerBit = bit
    offsets = (0..<30).map { sample -> Int64 in
      let sixteenths = sample / 3 * 16 + 7 + sample % 3
      return Int64((Double(sixteenths) * bit / 16).rounded())
    }
    halfBit = Int64(bit / 2)
    lastDataEdge = Int64(bit * 8.5)
    stopBegins = Int64(bit * 9)
  }

  /// Forgets the bytes handed out.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    times.removeAll(keepingCapacity: true)
  }

  /// The line changed its level at `tick`. A tick before the last one counts as the last one.
  public mutating func push(edgeAt tick: Int64, level new: Bool) {
    guard let level else {
      level = new
      lastEdge = tick
      reached = tick
      return
    }
    let tick = max(tick, lastEdge)
    guard level != new else { return advance(to: tick) }
    advance(to: tick)
    let width = tick - lastEdge
    if width < halfBit, edgeWasSeen {
      glitches += 1
      byte?.isClean = false
    }
    self.level = new
    lastEdge = tick
    edgeWasSeen = true
    if new { rise(after: width) } else { fall(at: tick, after: width) }
  }

  /// Says that the line kept its level up to `tick`.
  public mutating func advance(to tick: Int64) {
    reached = max(reached, tick)
    guard let level else { return }
    while let byte, byte.start &+ offsets[byte.samples] < tick { sample(level) }
  }

  /// Ends the line at `tick`. A byte cut off there is taken to go on at the same level, with a framing error.
  public mutating func finish(at tick: Int64) {
    advance(to: tick)
    let complete = bytes.count
    while byte != nil, let level, bytes.count == complete { sample(level) }
    byte = nil
    if bytes.count > complete, times[complete].fault == .none { times[complete].fault = .framing }
  }

  /// Nanoseconds: no byte that comes later starts before.
  public var silentUntil: Int64 { clock.nanoseconds(byte?.start ?? reached) }

  private mutating func rise(after width: Int64) {
    byte?.wasHigh = true
    if let samples = byte?.samples, samples < 3 { byte?.low += width }
  }

  private mutating func fall(at tick: Int64, after width: Int64) {
    guard var byte else {
      byte = Byte(start: tick)
      return
    }
    if byte.samples < 3 {
      // The start bit is still in question. What was mostly high so far was noise before it; what was mostly
      // low is a start bit with a spike in it.
      byte.high += width
      if byte.high > byte.low { byte = Byte(start: tick) }
    } else if tick - byte.start < lastDataEdge {
      let fits = byte.falls.add(tick - byte.start, ticksPerBit: ticksPerBit)
      byte.isClean = byte.isClean && fits
    }
    self.byte = byte
  }

  private mutating func sample(_ level: Bool) {
    guard var byte else { return }
    if level { byte.highs += 1 }
    byte.samples += 1
    guard byte.samples % 3 == 0 else {
      self.byte = byte
      return
    }
    let bit = byte.highs >= 2
    byte.highs = 0
    switch byte.samples / 3 - 1 {
    case 0 where bit:
      // No start bit. If the line is low again, that edge may be one.
      self.byte = level ? nil : Byte(start: lastEdge)
    case 9:
      emit(byte, stop: bit)
      // A falling edge inside the stop bit starts the next byte: after a collision, or with a fast transmitter.
      let restarts = !level && lastEdge - byte.start > stopBegins
      self.byte = restarts ? Byte(start: lastEdge) : nil
    default:
      if bit { byte.value |= 0x100 }
      byte.value >>= 1
      self.byte = byte
    }
  }

  private mutating func emit(_ byte: Byte, stop: Bool) {
    // Nine votes were shifted in at bit 7, so the start bit is gone and the eight data bits are left.
    let start = clock.nanoseconds(byte.start)
    var time = ByteTime(start: TimeBounds(start, error: uncertainty))
    if !stop { time.fault = byte.wasHigh ? .framing : .lineBreak }
    if byte.isClean, let bit = byte.falls.ticksPerBit {
      time.edgeBits = byte.falls.weight
      time.edgeSpan = Int32(clamping: Int64((clock.nanosecondsPerTick * bit * Double(time.edgeBits)).rounded()))
    }
    bytes.append(UInt8(truncatingIfNeeded: byte.value))
    times.append(time)
  }
}

/// A line fitted through the falling edges of one byte: how long a bit was, by least squares.
///
/// The sums over the bytes of a frame then weigh each byte by what it can tell, which halves the error of taking
/// the first and the last edge only.
struct FallingEdges: Sendable {
  // The start edge is at bit 0, tick 0, and adds nothing to the sums.
  private var count: Int64 = 1
  private var bits: Int64 = 0
  private var squares: Int64 = 0
  private var ticks: Int64 = 0
  private var products: Int64 = 0
  private var lastBit: Int64 = 0

  /// An edge so many ticks after the start; false if it lies too far from where two bits meet, or there twice.
  mutating func add(_ distance: Int64, ticksPerBit: Double) -> Bool {
    let bit = (Double(distance) / ticksPerBit).rounded()
    guard bit > Double(lastBit), abs(Double(distance) - bit * ticksPerBit) < 0.35 * ticksPerBit else { return false }
    lastBit = Int64(bit)
    count += 1
    bits += lastBit
    squares += lastBit * lastBit
    ticks += distance
    products += lastBit * distance
    return true
  }

  /// The length of a bit in ticks; nil without a second edge.
  var ticksPerBit: Double? {
    guard count > 1 else { return nil }
    return Double(count * products - bits * ticks) / Double(count * squares - bits * bits)
  }

  /// The spread of the edges in square bits, at least 1: what their fit is worth. At most 40, for 0x55.
  var weight: UInt8 {
    UInt8(clamping: max(1, ((count * squares - bits * bits) + count / 2) / count))
  }
}

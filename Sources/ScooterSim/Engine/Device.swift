/// A device of the model: a state machine that reacts to its alarms, to frames that it hears and to the radio.
///
/// It knows what the real device could know; the ground truth of what it hears is used for nothing but labelling
/// its own answers.
protocol Device: Sendable {
  /// The lines that it listens to.
  var hears: [Line] { get }
  /// Called once, at time 0.
  mutating func start(_ kernel: inout EventKernel)
  /// An alarm set with `EventKernel.wake` is due.
  mutating func wake(_ alarm: Int, _ kernel: inout EventKernel)
  /// A frame of somebody else ended and nothing ran into it. Called at the end of its stop bit.
  mutating func hear(_ heard: Transmission, _ kernel: inout EventKernel)
  /// A message arrived over the air.
  mutating func receive(_ message: RadioFrame, _ kernel: inout EventKernel)
}

extension Device {
  mutating func hear(_ heard: Transmission, _ kernel: inout EventKernel) {}
  mutating func receive(_ message: RadioFrame, _ kernel: inout EventKernel) {}
}

/// What a device still has to send over one link, one frame after the other.
struct Outbox: Sendable {
  struct Letter: Sendable {
    var frame: [UInt8]
    var cause: Cause
    var answers: Party?
    var due: Int64
  }

  let device: Int
  let party: Party
  let line: Line
  /// The alarm that the device passes on to `flush`.
  let alarm: Int
  /// Least pause between two own frames, nanoseconds.
  let gap: Int64
  private(set) var transmitter: Transmitter
  private var letters: [Letter] = []
  private var freeAt: Int64 = .min
  /// Real firmware has one or two buffers; what does not fit is lost.
  private static let mostWaiting = 8

  init(device: Int, party: Party, line: Line, alarm: Int, gap: Int64 = 109_000, transmitter: Transmitter) {
    self.device = device
    self.party = party
    self.line = line
    self.alarm = alarm
    self.gap = gap
    self.transmitter = transmitter
  }

  /// Sends the frame at `due`, or as soon after it as the transmitter is free.
  mutating func post(
    _ frame: [UInt8], cause: Cause, answers: Party? = nil, due: Int64, _ kernel: inout EventKernel
  ) {
    guard letters.count < Self.mostWaiting else { return }
    letters.append(Letter(frame: frame, cause: cause, answers: answers, due: due))
    if due <= kernel.now { flush(&kernel) } else { kernel.wake(device, at: due, alarm) }
  }

  /// Sends what is due; called when the alarm comes.
  mutating func flush(_ kernel: inout EventKernel) {
    guard let index = letters.indices.min(by: { letters[$0].due < letters[$1].due }) else { return }
    guard letters[index].due <= kernel.now else { return }
    guard freeAt <= kernel.now else { return kernel.wake(device, at: freeAt, alarm) }
    let letter = letters.remove(at: index)
    let transmission = transmitter.transmission(letter, party: party, line: line, at: kernel.now)
    kernel.transmit(transmission, from: device)
    freeAt = transmission.truth.end + gap
    if !letters.isEmpty { kernel.wake(device, at: freeAt, alarm) }
  }

  /// Forgets what waits: the device lost its power.
  mutating func clear() { letters.removeAll() }
}

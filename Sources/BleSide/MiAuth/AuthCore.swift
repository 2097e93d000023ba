/// What the four machines (app and scooter, registration and login) have in common.
struct AuthCore: Sendable {
  enum Event: Sendable {
    case control(AuthCode)
    case sent(ParcelKind)
    case received(ParcelKind, [UInt8])
  }

  let timing: AuthTiming
  var link: ParcelLink
  private(set) var state: AuthState = .running(.start)
  private var stepDeadline: Int64?
  private var ready: [AuthPacket] = []

  init(timing: AuthTiming, packetSize: Int) {
    self.timing = timing
    link = ParcelLink(timing: timing, packetSize: packetSize)
  }

  /// When `advance` must be called at the latest; nil when nothing is waited for.
  var deadline: Int64? {
    guard case .running = state else { return nil }
    return [stepDeadline, link.deadline].compactMap { $0 }.min()
  }

  /// The step that is waited for; nil when it is over.
  var step: AuthStep? {
    guard case .running(let step) = state else { return nil }
    return step
  }

  /// Goes on to `step`, which may take as long as `patience` or the usual time.
  mutating func wait(for step: AuthStep, at time: Int64, patience: Int64? = nil) {
    state = .running(step)
    stepDeadline = time + (patience ?? timing.step)
  }

  mutating func finish() {
    state = .done
    stepDeadline = nil
  }

  mutating func fail(_ failure: AuthFailure) {
    guard case .running = state else { return }
    state = .failed(failure)
    stepDeadline = nil
  }

  mutating func send(_ code: AuthCode) {
    collect()
    ready.append(AuthPacket(.control, code.packet))
  }

  /// Packets to send, in order.
  mutating func takeOutgoing() -> [AuthPacket] {
    collect()
    defer { ready.removeAll() }
    return ready
  }

  private mutating func collect() {
    ready.append(contentsOf: link.outgoing)
    link.outgoing.removeAll()
  }

  /// Takes a packet; nil when it changes nothing for the machine.
  mutating func push(_ packet: AuthPacket, at time: Int64) -> Event? {
    // A side that is done still acknowledges what is sent again.
    if case .failed = state { return nil }
    switch packet.channel {
    case .control: return AuthCode(packet.bytes).map { .control($0) }
    case .parcels: return link.push(packet.bytes, at: time).flatMap { translate($0) }
    }
  }

  mutating func advance(to time: Int64) {
    guard let step else { return }
    if let stepDeadline, time >= stepDeadline {
      fail(.timedOut(step))
      return
    }
    if let event = link.advance(to: time) { _ = translate(event) }
  }

  private mutating func translate(_ event: ParcelLink.Event) -> Event? {
    switch event {
    case .sent(let kind): return .sent(kind)
    case .received(let kind, let data): return .received(kind, data)
    case .refused(let reason): fail(.parcelRefused(reason, step ?? .start))
    case .timedOut: fail(.timedOut(step ?? .start))
    }
    return nil
  }
}

/// What the owner of a machine needs, whichever it is. Time is the caller's clock in nanoseconds.
public protocol AuthMachine: ~Copyable {
  /// How far it is.
  var state: AuthState { get }
  /// When `advance` must be called at the latest; nil when nothing is waited for.
  var deadline: Int64? { get }
  /// Takes what arrived on 0x0010 or 0x0019.
  mutating func push(_ packet: AuthPacket, at time: Int64)
  /// Tells the time: repeats what got lost, gives up what is overdue.
  mutating func advance(to time: Int64)
  /// The connection is gone.
  mutating func disconnected()
  /// Packets to send, in order; each is returned once.
  mutating func takeOutgoing() -> [AuthPacket]
}

/// The app's side of a login (protocol.md 6.6).
public struct AppLogin: ~Copyable, Sendable, AuthMachine {
  private let token: SecretBytes
  private let random: [UInt8]
  private let short: Bool
  private var core: AuthCore
  private var proof: [UInt8] = []
  private var established: LoginKeys?

  /// - Parameters:
  ///   - token: 12 bytes from a registration.
  ///   - random: 16 fresh random bytes.
  ///   - short: send the random in one packet, as the official app does.
  ///   - packetSize: data bytes in a parcel packet.
  ///   - timing: how long the scooter may take to answer.
  public init(
    token: consuming SecretBytes, random: [UInt8], short: Bool = false, packetSize: Int = 18,
    timing: AuthTiming = AuthTiming()
  ) {
    self.token = token
    self.random = random
    self.short = short
    core = AuthCore(timing: timing, packetSize: packetSize)
  }

  public var state: AuthState { core.state }
  public var deadline: Int64? { core.deadline }
  /// The session's keys, once the scooter said that the login succeeded.
  public var keys: LoginKeys? { state == .done ? established : nil }

  public mutating func start(at time: Int64) {
    core.wait(for: .deviceRandom, at: time)
    core.send(.loginStartWithRandom)
    core.link.send(.appRandom, random, at: time, short: short)
  }

  public mutating func push(_ packet: AuthPacket, at time: Int64) {
    guard let event = core.push(packet, at: time), core.step != nil else { return }
    do throws(AuthFailure) {
      switch event {
      case .control(let code): try took(code)
      case .sent: break
      case .received(.deviceRandom, let data) where core.step == .deviceRandom: try took(deviceRandom: data, at: time)
      case .received(.deviceProof, let data) where core.step == .deviceProof: try took(deviceProof: data, at: time)
      case .received: break
      }
    } catch {
      core.fail(error)
    }
  }

  private mutating func took(_ code: AuthCode) throws(AuthFailure) {
    if code.refuses { throw .refused(code) }
    // An early success would leave the scooter's proof unchecked.
    if code == .loginSuccess, core.step == .loginResult { core.finish() }
  }

  private mutating func took(deviceRandom: [UInt8], at time: Int64) throws(AuthFailure) {
    guard deviceRandom.count == 16 else { throw .malformed(.deviceRandom) }
    core.link.takeAsSent()
    do {
      let keys = try LoginKeys(token: token, appRandom: random, deviceRandom: deviceRandom)
      established = keys
      proof = try keys.deviceProof()
    } catch { throw .crypto(error) }
    core.wait(for: .deviceProof, at: time)
  }

  private mutating func took(deviceProof: [UInt8], at time: Int64) throws(AuthFailure) {
    guard deviceProof.count == 32, let established else { throw .malformed(.deviceProof) }
    guard SecretBytes(proof).equals(deviceProof) else { throw .wrongToken }
    do { core.link.send(.appProof, try established.appProof(), at: time) } catch { throw .crypto(error) }
    core.wait(for: .loginResult, at: time)
  }

  public mutating func advance(to time: Int64) { core.advance(to: time) }
  public mutating func disconnected() { core.fail(.disconnected(core.step ?? .start)) }
  public mutating func takeOutgoing() -> [AuthPacket] { core.takeOutgoing() }
}

/// The scooter's side of a login.
public struct ScooterLogin: ~Copyable, Sendable, AuthMachine {
  private let token: SecretBytes?
  private let random: [UInt8]
  private var core: AuthCore
  private var established: LoginKeys?

  /// - Parameters:
  ///   - token: nil for a scooter that nobody registered with: it answers "not registered".
  ///   - random: 16 fresh random bytes.
  ///   - packetSize: data bytes in a parcel packet.
  ///   - timing: how long the phone may take to answer.
  public init(
    token: consuming SecretBytes?, random: [UInt8], packetSize: Int = 18, timing: AuthTiming = AuthTiming()
  ) {
    self.token = token
    self.random = random
    core = AuthCore(timing: timing, packetSize: packetSize)
  }

  public var state: AuthState { core.state }
  public var deadline: Int64? { core.deadline }
  /// The session's keys, once the app's proof was right.
  public var keys: LoginKeys? { state == .done ? established : nil }

  public mutating func push(_ packet: AuthPacket, at time: Int64) {
    guard let event = core.push(packet, at: time) else { return }
    do throws(AuthFailure) {
      switch event {
      case .control(.loginStart), .control(.loginStartWithRandom): try begin(at: time)
      case .received(.appRandom, let data) where core.step == .appRandom: try took(appRandom: data, at: time)
      case .sent(.deviceRandom): try sendProof(at: time)
      case .received(.appProof, let data) where core.step == .appProof: try took(appProof: data, at: time)
      default: break
      }
    } catch {
      if case .refused(let code) = error { core.send(code) }
      if error == .appProofMismatch { core.send(.loginFailed) }
      core.fail(error)
    }
  }

  private mutating func begin(at time: Int64) throws(AuthFailure) {
    if token == nil { throw .refused(.notRegistered) }
    guard core.state != .done else {
      core.send(.repeatedLogin)
      return
    }
    core.wait(for: .appRandom, at: time)
  }

  private mutating func took(appRandom: [UInt8], at time: Int64) throws(AuthFailure) {
    guard appRandom.count == 16 else { throw .malformed(.appRandom) }
    guard token != nil else { throw .refused(.notRegistered) }
    do {
      // An optional of a noncopyable type lends its value in a switch only.
      switch token {
      case .some(let token):
        established = try LoginKeys(token: token, appRandom: appRandom, deviceRandom: random)
      case .none: break
      }
    } catch { throw .crypto(error) }
    core.link.send(.deviceRandom, random, at: time)
    core.wait(for: .appProof, at: time)
  }

  private mutating func sendProof(at time: Int64) throws(AuthFailure) {
    guard let established else { return }
    do { core.link.send(.deviceProof, try established.deviceProof(), at: time) } catch { throw .crypto(error) }
  }

  private mutating func took(appProof: [UInt8], at time: Int64) throws(AuthFailure) {
    guard let established else { throw .malformed(.appProof) }
    core.link.takeAsSent()
    let expected: [UInt8]
    do { expected = try established.appProof() } catch { throw .crypto(error) }
    guard SecretBytes(expected).equals(appProof) else { throw .appProofMismatch }
    core.send(.loginSuccess)
    core.finish()
  }

  public mutating func advance(to time: Int64) { core.advance(to: time) }
  public mutating func disconnected() { core.fail(.disconnected(core.step ?? .start)) }
  public mutating func takeOutgoing() -> [AuthPacket] { core.takeOutgoing() }
}

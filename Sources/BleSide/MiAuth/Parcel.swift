/// What a parcel on 0x0019 holds (protocol.md 6.4).
public enum ParcelKind: UInt8, Hashable, Sendable, CaseIterable {
  /// Device info from the scooter, the encrypted device id from the app.
  case deviceInfo = 0x00
  case deviceCertificate = 0x01
  case manufacturerCertificate = 0x02
  case publicKey = 0x03
  case deviceSignature = 0x04
  case loginInfo = 0x05
  case shareInfo = 0x06
  case serverCertificate = 0x07
  case serverSignature = 0x08
  case appProof = 0x0A
  case appRandom = 0x0B
  case deviceProof = 0x0C
  case deviceRandom = 0x0D
  case bindKey = 0x0E
}

/// A packet with index 0: it steers the transfer of the others.
public enum ParcelControl: Hashable, Sendable {
  public enum Acknowledgement: UInt8, Hashable, Sendable, CaseIterable {
    case success = 0x00
    case ready = 0x01
    case busy = 0x02
    case timeout = 0x03
    case cancel = 0x04
    case lost = 0x05

    /// For people.
    public var name: String {
      switch self {
      case .success: "success"
      case .ready: "ready"
      case .busy: "busy"
      case .timeout: "timeout"
      case .cancel: "cancel"
      case .lost: "packet lost"
      }
    }
  }

  /// `count` packets of this kind follow once the other side is ready.
  case announce(ParcelKind, count: Int)
  case acknowledge(Acknowledgement)
  /// These packets (from 1) did not arrive.
  case lost([Int])
  /// The whole parcel in one packet, as the official app sends it.
  case short(ParcelKind, [UInt8])
  case shortAcknowledge(UInt8)

  /// Takes a packet with index 0 apart; nil for anything else.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else { return nil }
    switch bytes[2] {
    case 0:
      guard bytes.count >= 6, let kind = ParcelKind(rawValue: bytes[3]) else { return nil }
      self = .announce(kind, count: Int(bytes[4]) | Int(bytes[5]) << 8)
    case 1:
      guard let code = Acknowledgement(rawValue: bytes[3]) else { return nil }
      guard code == .lost else {
        self = .acknowledge(code)
        return
      }
      self = .lost(
        stride(from: 4, to: bytes.count - 1, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 })
    case 2:
      guard let kind = ParcelKind(rawValue: bytes[3]) else { return nil }
      self = .short(kind, Array(bytes[4...]))
    case 3: self = .shortAcknowledge(bytes[3])
    default: return nil
    }
  }

  public var bytes: [UInt8] {
    switch self {
    case .announce(let kind, let count):
      [0, 0, 0, kind.rawValue, UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
    case .acknowledge(let code): [0, 0, 1, code.rawValue]
    case .lost(let indices):
      [0, 0, 1, Acknowledgement.lost.rawValue]
        + indices.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    case .short(let kind, let data): [0, 0, 2, kind.rawValue] + data
    case .shortAcknowledge(let code): [0, 0, 3, code]
    }
  }
}

/// Puts the packets of one side's parcels together; used by both sides, and by who only listens.
public struct ParcelAssembler: Hashable, Sendable {
  /// More packets than any parcel in use has; the longest is 64 bytes, certificates some hundred.
  static let mostPackets = 255
  static let longestPacket = 512

  /// What a packet meant.
  public enum Step: Hashable, Sendable {
    case control(ParcelControl)
    /// A data packet, the parcel is not complete.
    case stored(index: Int)
    case complete(ParcelKind, [UInt8])
    /// No packet of an announced parcel, or one that came before.
    case strange
  }

  /// The parcel under way, or the last one.
  public private(set) var kind: ParcelKind?
  private var packets: [[UInt8]?] = []
  /// Whether every packet arrived.
  public private(set) var isComplete = false

  public init() {}

  public var expected: Int { packets.count }

  /// The packets (from 1) that are missing.
  public var missing: [Int] { packets.indices.filter { packets[$0] == nil }.map { $0 + 1 } }

  /// Takes one value of the characteristic. Empty values and packets shorter than an index are strange.
  public mutating func push(_ bytes: [UInt8]) -> Step {
    guard bytes.count >= 2 else { return .strange }
    let index = Int(bytes[0]) | Int(bytes[1]) << 8
    guard index > 0 else {
      guard let control = ParcelControl(bytes) else { return .strange }
      return push(control)
    }
    guard let kind, index <= packets.count, bytes.count <= Self.longestPacket else { return .strange }
    if packets[index - 1] == nil { packets[index - 1] = Array(bytes[2...]) }
    guard !isComplete, packets.allSatisfy({ $0 != nil }) else { return .stored(index: index) }
    isComplete = true
    return .complete(kind, packets.flatMap { $0 ?? [] })
  }

  private mutating func push(_ control: ParcelControl) -> Step {
    switch control {
    case .announce(let kind, let count):
      guard (1...Self.mostPackets).contains(count) else { return .strange }
      self.kind = kind
      packets = Array(repeating: nil, count: count)
      isComplete = false
      return .control(control)
    case .short(let kind, let data):
      self.kind = kind
      packets = []
      isComplete = true
      return .complete(kind, data)
    default: return .control(control)
    }
  }
}

public import BleSide
public import CaptureFiles

/// What the two sides of a registration or login send each other when nothing gets lost.
public struct AuthTranscript: Sendable {
  /// One packet on the way.
  public struct Entry: Sendable {
    public var direction: BleDirection
    public var packet: AuthPacket
  }

  /// In the order of sending.
  public private(set) var entries: [Entry] = []
  /// No authentication takes as many turns; two machines that never end must not hang their caller.
  private static let mostTurns = 50

  /// Lets the two talk until neither has anything to say. The app's side must have been started.
  ///
  /// `time` is the moment of all of it, nanoseconds: nothing is late.
  public init<App: AuthMachine & ~Copyable, Scooter: AuthMachine & ~Copyable>(
    _ app: inout App, _ scooter: inout Scooter, at time: Int64
  ) {
    for _ in 0..<Self.mostTurns {
      let asked = app.takeOutgoing()
      for packet in asked {
        entries.append(Entry(direction: .toScooter, packet: packet))
        scooter.push(packet, at: time)
      }
      let answered = scooter.takeOutgoing()
      for packet in answered {
        entries.append(Entry(direction: .toPhone, packet: packet))
        app.push(packet, at: time)
      }
      if answered.isEmpty { return }
    }
  }
}

extension PhoneLogWriter {
  /// Logs one packet of an authentication; `time` in Unix nanoseconds.
  public mutating func write(_ entry: AuthTranscript.Entry, at time: Int64) throws(OutputError) {
    let characteristic = entry.packet.channel == .control ? ScooterCharacteristic.control : .parcels
    switch entry.direction {
    case .toScooter: try write(characteristic, entry.packet.bytes, at: time)
    case .toPhone: try notify(characteristic, entry.packet.bytes, at: time)
    }
  }
}

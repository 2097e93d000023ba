/// From the packets of a Bluetooth log to the messages of all scooters in it.
///
/// Sans I/O: `push` takes packets in the order of the log and leaves what they complete in `events`, `finish` ends it.
/// Memory is bounded whatever the log's length.
public struct BleDecoder: Sendable {
  private struct Link: Sendable {
    var key: UInt64
    var connection: BleConnection
    /// Whether the log's host is the central, and so the GATT client.
    var isCentral = true
    var sent = L2capReassembler()
    var received = L2capReassembler()
    /// Which side began the packet that the next continuation belongs to, where the log tells no direction.
    var lastStartWasSent = true
    /// Air captures: the payload last seen of each side, to tell repetitions.
    var lastAir: (sent: [UInt8], received: [UInt8]) = ([], [])
    var isEncrypted = false
  }

  private static let mostLinks = 64
  private static let mostNames = 256
  private static let airBit: UInt64 = 1 << 63
  private static let advertisingAddress: UInt32 = 0x8E89_BED6

  private var links: [Link] = []
  /// The link of the packet before; most packets are of the same one.
  private var recent = 0
  private var context: BleContext
  private var names: [PeerAddress: [UInt8]] = [:]
  private var scooterNames: [[UInt8]] = []
  private var maps: [PeerAddress: GattMap] = [:]
  private var lastTime: Int64 = 0

  /// A decoder that reads with these keys.
  public init(keys: KeyRing = KeyRing()) { context = BleContext(keys: keys) }

  /// What the last `push` or `finish` completed, in order. Valid until the next call.
  public var events: [BleEvent] { context.events }

  /// The same, exchanged for an array whose memory is used next.
  mutating func takeEvents(into taken: inout [BleEvent]) {
    taken.removeAll(keepingCapacity: true)
    swap(&taken, &context.events)
  }

  /// Takes the next packet of the log.
  @inline(__always)
  public mutating func push(_ packet: HciPacket, _ bytes: Span<UInt8>) {
    if !context.events.isEmpty { context.events.removeAll(keepingCapacity: true) }
    lastTime = packet.time
    if packet.isSent == true, packet.kind != .air { context.recordsHost = true }
    switch packet.kind {
    case .acl: push(acl: bytes, packet)
    case .event: push(event: bytes, packet)
    case .air: push(air: bytes, packet)
    case .command, .other: break
    }
  }

  /// Ends the log.
  public mutating func finish() {
    context.events.removeAll(keepingCapacity: true)
    for index in links.indices { links[index].connection.finish(at: lastTime, &context) }
    links.removeAll()
    if context.connectionCount == 0 { context.events.append(.note(BleNote(.noScooter, time: lastTime))) }
  }

  // MARK: - Host controller interface

  @inline(__always)
  private mutating func push(acl bytes: Span<UInt8>, _ packet: HciPacket) {
    guard bytes.count >= 4 else { return }
    let word = bytes.u16(0)
    let end = min(bytes.count, 4 + Int(bytes.u16(2)))
    let boundary = word >> 12 & 3
    let index = link(UInt64(packet.adapter) << 16 | UInt64(word & 0x0FFF))
    let isStart = boundary != 1
    let isSent: Bool
    if let told = packet.isSent {
      isSent = told
    } else if isStart {
      // A low-energy host starts with 00, a controller with 10.
      isSent = boundary == 0
    } else {
      isSent = links[index].lastStartWasSent
    }
    if isStart { links[index].lastStartWasSent = isSent }
    push(fragment: bytes.extracting(4..<end), isStart, isSent: isSent, tells: packet.isSent != nil, index, packet.time)
  }

  @inline(__always)
  private mutating func push(
    fragment: Span<UInt8>, _ isStart: Bool, isSent: Bool, tells: Bool, _ index: Int, _ time: Int64
  ) {
    let place =
      isSent
      ? links[index].sent.push(fragment, isStart: isStart) : links[index].received.push(fragment, isStart: isStart)
    guard let place else { return }
    let fromClient = tells ? isSent == links[index].isCentral : nil
    switch place {
    case .input(let range):
      links[index].connection.push(att: fragment.extracting(range), fromClient: fromClient, at: time, &context)
    case .buffer(let range):
      let pdu = Array((isSent ? links[index].sent.buffer : links[index].received.buffer)[range])
      links[index].connection.push(att: pdu.span, fromClient: fromClient, at: time, &context)
    }
  }

  private mutating func push(event bytes: Span<UInt8>, _ packet: HciPacket) {
    let adapter = UInt64(packet.adapter) << 16
    switch HciEvent(bytes) {
    case .connected(let handle, let isCentral, let peer)?:
      end(adapter | UInt64(handle))
      begin(adapter | UInt64(handle), peer: peer, isCentral: isCentral)
    case .disconnected(let handle)?: end(adapter | UInt64(handle))
    case .advertised(let peer, let found)?: took(peer, found)
    case nil: break
    }
  }

  private mutating func took(_ peer: PeerAddress, _ found: Advertisement) {
    if names.count < Self.mostNames || names[peer] != nil { names[peer] = found.name }
    guard found.isScooter, !scooterNames.contains(found.name), scooterNames.count < 16 else { return }
    scooterNames.append(found.name)
    for index in links.indices { links[index].connection.add(name: found.name) }
  }

  // MARK: - Air

  private mutating func push(air bytes: Span<UInt8>, _ packet: HciPacket) {
    guard bytes.count >= 6 else { return }
    let address = bytes.u32(0)
    let payload = bytes.extracting(6..<min(bytes.count, 6 + Int(bytes[5])))
    guard address != Self.advertisingAddress else {
      advertisement(type: bytes[4] & 0x0F, payload)
      return
    }
    let isSent = packet.isSent ?? true
    switch bytes[4] & 3 {
    case 1, 2:
      guard !payload.isEmpty else { return }
      let index = link(Self.airBit | UInt64(address))
      guard !links[index].isEncrypted else { return }
      let isStart = bytes[4] & 3 == 2
      // Header bits and content: a repetition has both.
      let print = [bytes[4] & 0x0B] + payload.array
      guard print != (isSent ? links[index].lastAir.sent : links[index].lastAir.received) else { return }
      if isSent { links[index].lastAir.sent = print } else { links[index].lastAir.received = print }
      push(fragment: payload, isStart, isSent: isSent, tells: packet.isSent != nil, index, packet.time)
    case 3:
      guard let opcode = payload.isEmpty ? nil : payload[0] else { return }
      let index = link(Self.airBit | UInt64(address))
      // Start of encryption; end of the connection.
      if opcode == 0x05 {
        links[index].isEncrypted = true
        links[index].connection.linkEncrypted(at: packet.time, &context)
      } else if opcode == 0x02, !links[index].isEncrypted {
        end(Self.airBit | UInt64(address))
      }
    default: break
    }
  }

  private mutating func advertisement(type: UInt8, _ payload: Span<UInt8>) {
    switch type {
    case 0x0, 0x2, 0x4, 0x6:
      guard payload.count > 6, let found = Advertisement(payload.extracting(6...)) else { return }
      took(PeerAddress(payload, at: 0), found)
    case 0x5:
      guard payload.count >= 16 else { return }
      let key = Self.airBit | UInt64(payload.u32(12))
      end(key)
      begin(key, peer: PeerAddress(payload, at: 6), isCentral: true)
    default: break
    }
  }

  // MARK: - Links

  /// Index of the link, which begins here when it is new: its begin may lie before the log's.
  @inline(__always)
  private mutating func link(_ key: UInt64) -> Int {
    if recent < links.count, links[recent].key == key { return recent }
    if let index = links.firstIndex(where: { $0.key == key }) {
      recent = index
      return index
    }
    begin(key, peer: nil, isCentral: true)
    recent = links.count - 1
    return recent
  }

  private mutating func begin(_ key: UInt64, peer: PeerAddress?, isCentral: Bool) {
    if links.count >= Self.mostLinks {
      links[0].connection.finish(at: lastTime, &context)
      links.removeFirst()
    }
    var link = Link(key: key, connection: BleConnection(keys: context.keys, isTimed: true))
    link.isCentral = isCentral
    link.connection.peer = peer
    if let peer {
      if let map = maps[peer] { link.connection.map = map }
      if let name = names[peer] { link.connection.add(name: name) }
    }
    for name in scooterNames { link.connection.add(name: name) }
    links.append(link)
  }

  private mutating func end(_ key: UInt64) {
    guard let index = links.firstIndex(where: { $0.key == key }) else { return }
    links[index].connection.finish(at: lastTime, &context)
    let connection = links[index].connection
    if let peer = connection.peer, connection.map.hasScooter, maps.count < Self.mostLinks {
      // Phones remember handles and do not ask again.
      maps[peer] = connection.map
    }
    links.remove(at: index)
  }
}

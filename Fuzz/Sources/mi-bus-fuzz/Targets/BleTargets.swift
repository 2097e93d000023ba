import BleSide
import CaptureFiles
import NinebotBus

/// btsnoop, as Android and BlueZ write it.
enum BtsnoopTarget: FuzzTarget {
  static let name = "btsnoop"
  static func test(_ input: [UInt8]) { BleCheck.run(input, as: .btsnoop) }
}

/// Apple's PacketLogger.
enum PacketLoggerTarget: FuzzTarget {
  static let name = "packetlogger"
  static func test(_ input: [UInt8]) { BleCheck.run(input, as: .packetLogger) }
}

/// A client's debug log.
enum BleTextTarget: FuzzTarget {
  static let name = "ble-text"
  static func test(_ input: [UInt8]) { BleCheck.run(input, as: .text) }
}

/// pcapng and pcap with Bluetooth link types.
enum BlePcapTarget: FuzzTarget {
  static let name = "ble-pcap"
  static func test(_ input: [UInt8]) { BleCheck.run(input, as: .pcap) }
}

/// An Android bug report: a sound archive around an older log and a newer one, which are the same here.
enum BugReportTarget: FuzzTarget {
  static let name = "bug-report"

  static func test(_ input: [UInt8]) {
    let folder = "FS/data/misc/bluetooth/logs/"
    let file = MemoryFile(
      StoredZip.archive([
        (folder + "btsnoop_hci.log.last", input), ("version.txt", [0x31]), (folder + "btsnoop_hci.log", input),
      ]))
    BleCheck.run(file.path, mostEvents: 8 * input.count + 128)
  }
}

/// What must hold for every log of the phone's side: it ends, and says the same however it was cut in pieces.
private enum BleCheck {
  /// What the seeds' logins are made with: the built-in phone's token.
  private static let keys: KeyRing = {
    guard let bytes = try? SecretBytes(hex: "d30f6a3ae9716ff23bcc84ab", count: MiToken.count, name: "token"),
      let token = MiToken(bytes)
    else { return KeyRing() }
    return KeyRing(tokens: [token])
  }()

  static func run(_ input: [UInt8], as format: BleLogFormat) {
    // Other formats have targets of their own.
    guard BleLogFormat(prefix: input) == format else { return }
    let whole = read(input, piece: 1 << 16)
    let cut = read(input, piece: 61)
    require(whole.events == cut.events, "the pieces of a file change nothing of what it says")
    require(whole.error == cut.error, "nor how it ends")
  }

  /// A file that is read where it lies.
  static func run(_ path: String, mostEvents: Int) {
    _ = read(mostEvents) { () throws(InputError) in try BleRecording(path: path, keys: keys) }
  }

  private static func read(_ input: [UInt8], piece: Int) -> (events: [BleEvent], error: String?) {
    read(4 * input.count + 64) { () throws(InputError) in
      try BleRecording(MemoryStream(input, piece: piece), keys: keys)
    }
  }

  private static func read(
    _ mostEvents: Int, _ open: () throws(InputError) -> BleRecording
  ) -> (events: [BleEvent], error: String?) {
    var events: [BleEvent] = []
    var summary = BleSummary()
    do throws(InputError) {
      var recording = try open()
      while let event = try recording.next() {
        if case .message(let message) = event, !recording.hasTimes { require(message.time == 0, "a text has no times") }
        summary.push(event)
        events.append(event)
        require(events.count <= mostEvents, "a small file makes no endless stream")
      }
    } catch {
      require(!error.description.isEmpty, "an error has words")
      return (events, error.description)
    }
    return (events, nil)
  }
}

/// Frames out of values: every byte is in one piece, and what is called a frame is one.
enum CommTarget: FuzzTarget {
  static let name = "comm"

  /// Values one after another: a byte for the time since the last one in 16 ms, a byte for the length, the bytes.
  static func test(_ input: [UInt8]) {
    var reassembler = CommReassembler()
    var pieces: [CommPiece] = []
    var bytes: [UInt8] = []
    var time: Int64 = 0
    var empties = 0
    var rest = input[...]
    while rest.count >= 2 {
      time += Int64(rest.removeFirst()) * 16_000_000
      let value = Array(rest.dropFirst().prefix(Int(rest.removeFirst())))
      rest = rest.dropFirst(value.count)
      if value.isEmpty { empties += 1 }
      reassembler.push(value.span, at: time, into: &pieces)
      bytes += value
    }
    reassembler.finish(into: &pieces)
    require(!reassembler.isOpen, "nothing is under way behind the end")
    require(reassembler.empties == empties, "empty values are counted and mean nothing")
    require(pieces.flatMap(\.bytes) == bytes, "every byte is in one piece, in order")
    var last: Int64 = 0
    for piece in pieces {
      require(!piece.bytes.isEmpty, "a piece has bytes")
      require(piece.start >= last && piece.end >= piece.start && piece.end <= time, "times do not go back")
      last = piece.start
      if case .frame(let format) = piece.kind { check(piece.bytes, format) }
    }
  }

  private static func check(_ frame: [UInt8], _ format: CommFormat) {
    require(frame.count > 2 && frame.count == Int(frame[2]) + format.overhead, "a frame is as long as it says")
    // NinebotCrypto has none.
    if format == .ninebotCrypto { return }
    let isSound = Checksum.holds(frame.span, from: 0, to: frame.count)
    require(isSound, "a frame's checksum holds")
  }
}

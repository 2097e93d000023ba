import CaptureFiles
import Foundation
import NinebotBus
import TestSupport
import Testing

@testable import UartSniffer

@Suite struct RecordingFormatTests {
  @Test(arguments: [
    ("0a0d0d0a 1c000000 4d3c2b1a", RecordingFormat.pcapng), ("d4c3b2a1 0200", .pcap), ("a1b23c4d 0002", .pcap),
    ("504b0304 1400", .zip), ("6274736e 6f6f7000 00000001", .btsnoop),
    ("7f 010a 010a 446174612073617665 32", .logicdata), ("55aa0320 6500", .rawBytes), ("00010203", .rawBytes),
    ("5aa5", .rawBytes), ("fffefdfc", .rawBytes),
  ])
  func binaryFormatsByTheirFirstBytes(hex: String, format: RecordingFormat) {
    #expect(RecordingFormat.detect(hexBytes(hex)) == format)
  }

  @Test(arguments: [
    ("(1700000000.123456) bus0 55AA R\n", RecordingFormat.textLog), ("# note\n\n(1.5) bus0 !00 R\nmore", .textLog),
    ("# mi-bus: tap=bus0 origin=none\n", .textLog), ("(1700000000.123456) bus0 55A", .textLog),
    ("$date today $end\n", .vcd), ("\n  $timescale 1ns $end", .vcd),
    ("Time [s],Channel 0\n0.0,1\n", .saleaeCSV), ("\u{FEFF}Time [s],Channel 0\n", .saleaeCSV),
    ("Time[s], Channel 0\n", .saleaeCSV), ("\"Time [s]\",\"RX\"\n", .saleaeCSV),
    ("t_us,byte,framing_ok\n270057.1875,55,1\n", .timedBytes),
  ])
  func textFormatsByTheirFirstLines(text: String, format: RecordingFormat) {
    #expect(RecordingFormat.detect(Array(text.utf8)) == format)
  }

  @Test(arguments: ["", "hello", "a,b,c\n1,2,3\n", "(hello)", "<- 55 ab 10 State.COMM\n", "{\"kind\":\"header\"}"])
  func whatIsNoRecordingIsNotTakenForOne(text: String) {
    #expect(RecordingFormat.detect(Array(text.utf8)) == nil)
  }

  @Test("a mark before bytes of a bus is a byte of the bus")
  func markOfTheBus() throws {
    let bytes: [UInt8] =
      [0xEF, 0xBB, 0xBF] + Array(repeating: [0x55, 0xAA, 0x03, 0x20, 0x65, 0, 0x77, 0xFF], count: 20).joined()
    var opened = try RecordingFormat.open(MemoryStream(bytes))
    #expect(opened.format == .rawBytes)
    #expect(try opened.source.next()?.bytes.prefix(3) == [0xEF, 0xBB, 0xBF])
  }

  private func openError(_ path: String) -> InputError? {
    #expect(throws: InputError.self) { _ = try RecordingFormat.open(path: path) }
  }

  @Test func errorsTellThingCauseAndWayOut() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mi-bus-open-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let empty = folder.appending(path: "empty").path
    try Data().write(to: URL(filePath: empty))
    let text = folder.appending(path: "text").path
    try Data("hello".utf8).write(to: URL(filePath: text))
    let ble = folder.appending(path: "ble").path
    try Data("btsnoop\0".utf8).write(to: URL(filePath: ble))
    #expect(openError("/no/such/file")?.cause == "does not exist")
    #expect(openError(folder.path)?.cause == "is a directory")
    #expect(openError(empty)?.cause == "is empty")
    #expect(openError(text)?.cause == "is text in no known format")
    #expect(openError(ble)?.cause.contains("Bluetooth") == true)
    for path in ["/no/such/file", empty, text] { #expect(openError(path)?.thing == path) }
    // Whoever runs as root may read everything.
    let locked = folder.appending(path: "locked").path
    try Data([1]).write(to: URL(filePath: locked))
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: locked)
    if !FileManager.default.isReadableFile(atPath: locked) {
      #expect(openError(locked)?.cause == "may not be read by this user")
    }
  }

  /// A pipe cannot be sought in: the bytes that told the format come first again.
  @Test(arguments: [1, 10, 10_000])
  func streamsAreReplayedFromTheirFirstByte(piece: Int) throws {
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let opened = try RecordingFormat.open(MemoryStream(bytes, name: "pipe", piece: piece))
    #expect(opened.format == .rawBytes)
    #expect(ReadRecording(opened.source).bytes() == bytes)
  }

  /// A slow pipe is recognised from its first bytes, without waiting for a whole prefix.
  @Test func aSlowPipeIsRecognisedEarly() throws {
    struct Slow: ByteStream {
      let name = "slow"
      var given = 0
      mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
        given += 64
        guard given <= 128 else { throw InputError(name, "was asked for more than it needs") }
        bytes.append(contentsOf: Array(repeating: 0x11, count: 62) + [0x55, 0xAA])
        return 64
      }
    }
    var opened = try RecordingFormat.open(Slow())
    #expect(opened.format == .rawBytes)
    #expect(try opened.source.next()?.bytes.count == 64)
  }
}

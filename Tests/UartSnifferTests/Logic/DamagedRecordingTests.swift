import CaptureFiles
import Foundation
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

/// What was readable comes first, then at most one error; nothing crashes or hangs.
@Suite("Damaged logic recordings")
struct DamagedRecordingTests {
  private static func contents() throws -> [(LogicFormat, [UInt8])] {
    let files = LogicFiles(try LogicFormatTests.waveforms(frames: 3, pause: 200_000), rate: 4_000_000)
    let session = try withFile([]) { path in
      try files.sigrok(to: path, piece: 3_000)
      return Array(try Data(contentsOf: URL(filePath: path)))
    }
    return [
      (.saleaeLogic1, files.logicdata()), (.sigrok, session), (.valueChangeDump, Array(files.valueChangeDump().utf8)),
      (.saleaeCSV, Array(files.saleaeCSV().utf8)),
      (.timedBytes, Array("t_us,byte,framing_ok\n1.0,55,1\n88,aa,1\n190,02,0\n".utf8)),
    ]
  }

  /// The recording read to its end, or the error that kept it from being opened.
  private func read(_ bytes: [UInt8], as format: LogicFormat) throws -> DecodedRecording? {
    try withFile(bytes) { path in
      guard let source = try? format.open(path: path) else { return nil }
      return DecodedRecording(source)
    }
  }

  @Test("cut anywhere give the bytes before the cut")
  func truncation() throws {
    for (format, whole) in try Self.contents() {
      let expected = try #require(try read(whole, as: format))
      #expect(expected.defect == nil, "\(format)")
      for length in stride(from: 0, to: whole.count, by: max(1, whole.count / 40)) {
        guard let decoded = try read(Array(whole.prefix(length)), as: format) else { continue }
        for bytes in decoded.bytes {
          // The last byte may be cut, too.
          let sound = bytes.dropLast()
          #expect(expected.bytes.contains { $0.starts(with: sound) }, "\(format) cut at \(length)")
        }
        if format == .saleaeLogic1 || format == .sigrok {
          // An archive that lacks the last byte of its directory is still whole.
          #expect(decoded.defect != nil || decoded.bytes == expected.bytes, "\(format) cut at \(length)")
        }
      }
    }
  }

  @Test("with spoiled bytes end in one error or none")
  func spoiled() throws {
    for (format, whole) in try Self.contents() {
      var random = SplitMix64(seed: 77)
      for _ in 0..<40 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          bytes[.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        _ = try read(bytes, as: format)
      }
    }
  }

  @Test("that are rubbish after their first bytes are refused or end in an error")
  func rubbish() throws {
    for (format, whole) in try Self.contents() {
      for seed in 0..<10 as Range<UInt64> {
        var random = SplitMix64(seed: seed)
        let bytes = Array(whole.prefix(.random(in: 0...40, using: &random))) + randomBytes(5_000, &random)
        if let decoded = try read(bytes, as: format) { #expect(decoded.defect != nil, "\(format)") }
      }
    }
  }

  @Test("that claim more than they hold are refused", arguments: [1 << 40, .max] as [UInt64])
  func hugeClaims(claim: UInt64) throws {
    let whole = LogicFiles(try LogicFormatTests.waveforms(frames: 1)).logicdata()
    let block = try #require(whole.firstRange(of: [0x01, 0x16, 0x01, 0x54, 0x01, 0x15] as [UInt8]))
    // Each scalar of the first block's header in turn.
    var place = block.upperBound
    for _ in 0..<40 {
      let count = Int(whole[place])
      if count > 8 { break }
      let scalar = [8] + (0..<8).map { UInt8(truncatingIfNeeded: claim >> UInt64($0 * 8)) }
      let bytes = Array(whole[..<place]) + scalar + Array(whole[(place + 1 + count)...])
      _ = try read(bytes, as: .saleaeLogic1)
      place += 1 + count
    }
    for text in [
      "$timescale 1 ns $end $var wire \(claim) ! a $end $enddefinitions $end #1 1!",
      "$timescale 1 ns $end $var wire 1 ! a $end $enddefinitions $end #\(claim) 1! #\(claim)9 0!",
      "$timescale \(claim) s $end $var wire 1 ! a $end $enddefinitions $end #1 1!",
    ] { _ = try read(Array(text.utf8), as: .valueChangeDump) }
    #expect(try read(Array("Time [s],Channel 0\n\(claim)9999,1\n".utf8), as: .saleaeCSV)?.defect != nil)
  }

  @Test("without their description are refused with the reason")
  func sessionWithoutMetadata() throws {
    let files = LogicFiles([Waveform()])
    try withFile([]) { path in
      try files.sigrok(to: path, metadata: false)
      let error = #expect(throws: InputError.self) { try SigrokSession(path: path) }
      #expect(error?.cause.contains("metadata") == true)
    }
    #expect(throws: InputError.self) { try RawSamples(MemoryStream([]), rate: 0) }
    #expect(throws: InputError.self) { try RawSamples(MemoryStream([]), rate: 1_000_000, unit: 9) }
  }

  @Test("with endless lines or words are refused before they fill the memory")
  func endless() throws {
    let endless = Array(repeating: UInt8(ascii: "1"), count: 1 << 20)
    for start in ["$timescale 1 ns $end ", "Time [s],Channel 0\n", "t_us,byte\n"] {
      let bytes = Array(start.utf8) + endless
      let format = try #require(LogicFormat(Array(bytes.prefix(LogicFormat.prefix))))
      #expect(DecodedRecording(try format.open(MemoryStream(bytes))).defect != nil)
    }
  }
}

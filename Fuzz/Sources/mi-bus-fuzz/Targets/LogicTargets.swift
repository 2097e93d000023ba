import CaptureFiles
import UartSniffer

/// Saleae Logic 1.x.
enum LogicdataTarget: FuzzTarget {
  static let name = "logicdata"

  static func test(_ input: [UInt8]) {
    let file = MemoryFile(input)
    let path = file.path
    RecordingCheck.run { () throws(InputError) in LogicRecording(try SaleaeLogic1(path: path)) }
  }
}

/// Value change dump.
enum ValueChangeDumpTarget: FuzzTarget {
  static let name = "vcd"
  static func test(_ input: [UInt8]) {
    RecordingCheck.run { LogicRecording(ValueChangeDump(MemoryStream(input, piece: 61))) }
  }
}

/// Saleae Logic 2.
enum SaleaeCSVTarget: FuzzTarget {
  static let name = "saleae-csv"
  static func test(_ input: [UInt8]) {
    RecordingCheck.run { LogicRecording(SaleaeCSV(MemoryStream(input, piece: 61))) }
  }
}

/// Samples without a header: the first bytes draw rate, size of a sample and channels.
enum RawSamplesTarget: FuzzTarget {
  static let name = "raw-samples"
  private static let rates: [Int64] = [-1, 0, 1, 1000, 500_000, 1_000_000, 24_000_000, 500_000_000, .max]

  static func test(_ input: [UInt8]) {
    guard input.count >= 3 else { return }
    let rate = rates[Int(input[0]) % rates.count]
    RecordingCheck.run { () throws(InputError) in
      let stream = MemoryStream(Array(input.dropFirst(3)), piece: 61)
      return LogicRecording(try RawSamples(stream, rate: rate, unit: Int(input[1] % 10), channels: Int(input[2] % 70)))
    }
  }
}

/// A zip archive, as sigrok's sessions are.
enum ZipTarget: FuzzTarget {
  static let name = "zip"

  static func test(_ input: [UInt8]) {
    let file = MemoryFile(input)
    let path = file.path
    RecordingCheck.run { () throws(InputError) in LogicRecording(try SigrokSession(path: path)) }
    unpack(path)
  }

  /// All members, up to a bound: what they claim of their size may be a lie.
  private static func unpack(_ path: String) {
    guard let archive = try? ZipArchive(path: path, limits: .init(members: 64, memberSize: 1 << 20)) else { return }
    require(archive.members.count <= 64, "no more members than are allowed")
    for member in archive.members {
      guard var stream = try? archive.open(member) else { continue }
      var bytes: [UInt8] = []
      while let got = try? stream.read(upTo: 4096, into: &bytes), got > 0 {}
      require(bytes.count <= 1 << 20, "no more bytes than are allowed")
    }
  }
}

/// A sound archive around metadata and samples that are not: text up to the first 00, samples behind it.
enum SigrokTarget: FuzzTarget {
  static let name = "sigrok"

  static func test(_ input: [UInt8]) {
    let metadata = Array(input.prefix { $0 != 0 })
    let samples = Array(input.dropFirst(metadata.count + 1))
    let half = samples.count / 2
    let file = MemoryFile(
      StoredZip.archive([
        ("version", Array("2".utf8)), ("metadata", metadata), ("logic-1-1", Array(samples[..<half])),
        ("logic-1-2", Array(samples[half...])),
      ]))
    let path = file.path
    RecordingCheck.run { () throws(InputError) in LogicRecording(try SigrokSession(path: path)) }
  }
}

import CaptureFiles
import Foundation
import SystemPackage
import Testing

@Suite struct StreamTests {
  @Test func aWindowGivesTheBytesInAnyPieces() throws {
    let content = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    for piece in [1, 3, 64, 5000] {
      var window = InputWindow(MemoryStream(content, piece: piece), step: 16)
      var read: [UInt8] = []
      while try window.fill(7) {
        read += window.bytes[window.position..<(window.position + 7)]
        window.take(7)
      }
      #expect(window.available == 1000 % 7)
      #expect(window.offset == UInt64(read.count))
      #expect(read == Array(content.prefix(994)))
      #expect(try window.fill(6))
      #expect(try !window.skip(7))
    }
  }

  @Test func aWindowSearchesBehindItsPosition() throws {
    var window = InputWindow(MemoryStream([1, 10, 2, 10]))
    #expect(window.index(of: 10) == nil)
    _ = try window.fill(4)
    #expect(window.index(of: 10) == 1)
    window.take(2)
    #expect(window.index(of: 10) == 3)
    #expect(window.index(of: 10, from: 2) == nil)
    #expect(window.index(of: 10, from: 50) == nil)
    #expect(window.index(of: 1) == nil)
  }

  @Test func aFileIsReadAndClosed() throws {
    try withFile([1, 2, 3]) { path in
      // More than a process may have open at once.
      for _ in 0..<5000 {
        var stream = try FileStream(path: path)
        var bytes: [UInt8] = []
        #expect(try stream.read(upTo: 2, into: &bytes) == 2)
        #expect(bytes == [1, 2])
      }
    }
  }

  @Test func aFullDeviceSaysSo() throws {
    let device = try FileDescriptor.open("/dev/full", .writeOnly)
    try device.closeAfter {
      var sink = DescriptorSink(device, name: "capture.pcapng")
      let error = #expect(throws: OutputError.self) { try sink.write([1, 2].span) }
      #expect(error?.description.hasPrefix("capture.pcapng: the disk is full") == true)
    }
  }

  @Test func aClosedPipeIsNoFailure() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = try FileDescriptor.pipe()
    try pipe.readEnd.close()
    try pipe.writeEnd.closeAfter {
      var sink = DescriptorSink(pipe.writeEnd, name: "pipe")
      #expect(throws: OutputError.closed("pipe")) { try sink.write([1, 2].span) }
    }
  }

  @Test func writtenBytesArriveWhole() throws {
    try withFile([]) { path in
      let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let file = try FileDescriptor.open(FilePath(path), .writeOnly)
      try file.closeAfter {
        var sink = DescriptorSink(file, name: path)
        try sink.write(content.span)
        try sink.write([1].span)
      }
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == content + [1])
    }
  }
}

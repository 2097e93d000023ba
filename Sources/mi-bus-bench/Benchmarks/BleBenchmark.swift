import BleSide
import COpenSSL
import CaptureFiles
import NinebotBus

/// The phone's side: messages opened beside a bare EVP context on the same bytes, and a log read to messages.
enum BleBenchmark: Benchmark {
  static let name = "ble"

  /// 21 bytes of plaintext: address, command, register, 14 bytes, 4 random ones.
  private static let messages = 200_000
  private static let key = [UInt8](1...16)
  private static let iv = [UInt8](1...4)

  static func run(_ bench: Bench) throws {
    let sealed = try Sealed()
    let bare = bench.stopwatch.median { precondition(sealed.openBare() == messages, "every tag is right") }
    let bareSpeed = Double(sealed.bytes.count) / bare.processor
    Report.print(
      Figure(
        name: "bare EVP context: open 21-byte messages", value: Double(messages) / bare.processor, unit: "messages/s",
        bytesPerSecond: bareSpeed, bareBytesPerSecond: bareSpeed))
    let keys = try SessionKeys(appKey: nil, appIV: nil, devKey: hex(key), devIV: hex(iv))
    let deciphered = try bench.stopwatch.median {
      let right = try sealed.decipher()
      precondition(right == messages, "every message is opened")
    }
    Report.print(
      Figure(
        name: "messages opened", value: Double(messages) / deciphered.processor, unit: "messages/s",
        target: .atLeast(1.2e6), bytesPerSecond: Double(sealed.bytes.count) / deciphered.processor,
        bareBytesPerSecond: bareSpeed, leastShare: 0.55))
    let opened = bench.stopwatch.median { precondition(sealed.open(keys) == messages, "every message is read") }
    Report.print(
      Figure(
        name: "COMM messages reassembled, opened, tracked", value: Double(messages) / opened.processor,
        unit: "messages/s",
        target: .atLeast(1.2e6), bytesPerSecond: Double(sealed.bytes.count) / opened.processor,
        bareBytesPerSecond: bareSpeed))
    try log(bench, sealed)
  }

  private static func log(_ bench: Bench, _ sealed: Sealed) throws {
    var log = try PhoneLogWriter(MemorySink())
    try log.discover(at: 0)
    var time: Int64 = 1_700_000_000_000_000_000
    var packets = 0
    for index in 0..<messages {
      for value in log.values(of: Array(sealed.bytes[sealed.range(index)])) {
        try log.notify(.uartNotify, value, at: time)
        time += 1_000_000
        packets += 1
      }
    }
    let bytes = log.sink.bytes
    let read = try bench.stopwatch.median {
      var recording = try BleRecording(MemoryStream(bytes, piece: 1 << 18))
      var found = 0
      while let event = try recording.next() { if case .message = event { found += 1 } }
      // Without a key one in 65 536 fits both layouts of 55AB by its checksum.
      precondition(abs(found - messages) < messages / 1000, "the messages are found")
    }
    Report.print(
      Figure(
        name: "btsnoop to COMM frames", value: Double(packets) / read.processor, unit: "packets/s",
        target: .atLeast(1e6), bytesPerSecond: Double(bytes.count) / read.processor))
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Messages as they are on the air, one after another.
  private struct Sealed {
    let bytes: [UInt8]
    private let size: Int

    init() throws {
      let cipher = try CommCipher(key: SecretBytes(key), iv: SecretBytes(iv))
      var bytes: [UInt8] = []
      var size = 0
      for index in 0..<messages {
        let body = [0x23, 0x01, 0x10] + [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 14)
        let frame = try cipher.seal(body, counter: UInt32(index), tail: [1, 2, 3, 4])
        size = frame.count
        bytes += frame
      }
      self.bytes = bytes
      self.size = size
    }

    func range(_ index: Int) -> Range<Int> { (index * size)..<((index + 1) * size) }

    /// The cipher alone, as the decoder uses it.
    func decipher() throws -> Int {
      let cipher = try CommCipher(key: SecretBytes(key), iv: SecretBytes(iv))
      var plain: [UInt8] = []
      var right = 0
      for index in 0..<messages
      where cipher.open(bytes.span.extracting(range(index)), counter: UInt32(index), into: &plain) {
        right += 1
      }
      return right
    }

    /// Through the decoder, as a recording is read.
    func open(_ keys: SessionKeys) -> Int {
      var decoder = CommDecoder()
      decoder.add(keys)
      var found: [BleMessage] = []
      var readable = 0
      for index in 0..<messages {
        decoder.push(bytes.span.extracting(range(index)), .toPhone, at: Int64(index), into: &found)
        readable += found.count { $0.condition == .readable }
        found.removeAll(keepingCapacity: true)
      }
      return readable
    }

    /// What libcrypto alone does with a context that is kept: only nonce and tag change.
    func openBare() -> Int {
      guard let context = EVP_CIPHER_CTX_new() else { return 0 }
      defer { EVP_CIPHER_CTX_free(context) }
      EVP_CipherInit_ex(context, EVP_aes_128_ccm(), nil, nil, nil, 0)
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, 12, nil)
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 4, nil)
      EVP_CipherInit_ex(context, nil, nil, key, nil, -1)
      var nonce = iv + [UInt8](repeating: 0, count: 8)
      var plain = [UInt8](repeating: 0, count: 32)
      var right = 0
      for index in 0..<messages {
        let start = index * size
        var tag = Array(bytes[(start + size - 6)..<(start + size - 2)])
        for shift in 0..<4 { nonce[8 + shift] = UInt8(truncatingIfNeeded: index >> (8 * shift)) }
        var written: Int32 = 0
        EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1)
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 4, &tag)
        let opened = bytes.withUnsafeBufferPointer { source in
          source.baseAddress.map { EVP_CipherUpdate(context, &plain, &written, $0 + start + 5, 21) }
        }
        if opened == 1 { right += 1 }
      }
      return right
    }
  }
}

import Glibc
import Testing

/// A server on 127.0.0.1 that breaks the first connection.
struct LoopbackServer: ~Copyable {
  let port: UInt16
  private let listener: Int32

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    port = try #require(Self.listen(listener))
  }

  /// Returns the port that the system chose.
  private static func listen(_ listener: Int32) -> UInt16? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && Glibc.listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    return isNamed ? UInt16(bigEndian: address.sin_port) : nil
  }

  deinit { close(listener) }

  /// Waits for a connection, ten seconds at most, sends `bytes` and resets it a moment later.
  func reset(after bytes: [UInt8]) throws {
    var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    try #require(poll(&entry, 1, 10_000) == 1)
    let connection = accept(listener, nil, nil)
    try #require(connection >= 0)
    try #require(send(connection, bytes, bytes.count, 0) == bytes.count)
    // A reset throws away what the other side has not read yet.
    usleep(300_000)
    var atOnce = linger(l_onoff: 1, l_linger: 0)
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
    close(connection)
  }
}

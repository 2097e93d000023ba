import CSerial
import Glibc
public import SystemPackage

/// The real system calls.
public struct KernelSerial: SerialSystem {
  public init() {}

  public func open(_ path: String, _ mode: PortMode) throws(Errno) -> FileDescriptor {
    let access = mode == .listen ? O_RDONLY : O_RDWR
    let descriptor = Glibc.open(path, access | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno.last }
    return FileDescriptor(rawValue: descriptor)
  }

  public func close(_ descriptor: FileDescriptor) { _ = Glibc.close(descriptor.rawValue) }

  public func read(_ descriptor: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let count = Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count)
    guard count >= 0 else { throw Errno.last }
    return count
  }

  public func write(_ descriptor: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
    let count = Glibc.write(descriptor.rawValue, bytes.baseAddress, bytes.count)
    guard count >= 0 else { throw Errno.last }
    return count
  }

  public func poll(_ entries: inout [PollEntry], milliseconds: Int32) throws(Errno) {
    // On the stack: a live line waits a thousand times a second.
    try withUnsafeTemporaryAllocation(of: pollfd.self, capacity: entries.count) { kernel throws(Errno) in
      for index in entries.indices {
        let events = Int16(entries[index].forWriting ? POLLOUT : POLLIN)
        kernel.initializeElement(
          at: index, to: pollfd(fd: entries[index].descriptor.rawValue, events: events, revents: 0))
      }
      guard Glibc.poll(kernel.baseAddress, nfds_t(kernel.count), milliseconds) >= 0 else { throw Errno.last }
      for index in entries.indices {
        let found = Int32(kernel[index].revents)
        entries[index].ready = found & Int32(kernel[index].events) != 0
        entries[index].hangUp = found & (POLLHUP | POLLERR | POLLNVAL) != 0
      }
    }
  }

  public func status(of path: String) throws(Errno) -> NodeStatus {
    var found = stat()
    guard stat(path, &found) == 0 else { throw Errno.last }
    let kind: NodeStatus.Kind =
      switch found.st_mode & S_IFMT {
      case S_IFCHR: .characterDevice
      case S_IFDIR: .directory
      default: .other
      }
    return NodeStatus(
      kind: kind, major: cserial_major(UInt64(found.st_rdev)), minor: cserial_minor(UInt64(found.st_rdev)),
      inode: UInt64(found.st_ino),
      group: found.st_gid, groupReads: found.st_mode & S_IRGRP != 0,
      readable: faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0)
  }

  public func attribute(_ name: String, of node: NodeStatus) -> String? {
    SmallFile.text("\(sysfs(node))/device/\(name)")
  }

  public func identity(of node: NodeStatus) -> (name: String?, driver: String?) {
    (SmallFile.linkTarget(sysfs(node)), SmallFile.linkTarget("\(sysfs(node))/device/driver"))
  }

  public func groupName(_ identifier: UInt32) -> String? {
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    // A group with very many members needs more; then its number has to do.
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65_536) { space in
      guard getgrgid_r(identifier, &entry, space.baseAddress, space.count, &found) == 0, found != nil else {
        return nil
      }
      return entry.gr_name.map { String(cString: $0) }
    }
  }

  public func lock(_ descriptor: FileDescriptor) throws(Errno) {
    guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else { throw Errno.last }
  }

  public func setExclusive(_ descriptor: FileDescriptor, _ on: Bool) throws(Errno) {
    try check(cserial_set_exclusive(descriptor.rawValue, on))
  }

  public func line(_ descriptor: FileDescriptor) throws(Errno) -> LineSettings {
    var line = cserial_line()
    try check(cserial_get_line(descriptor.rawValue, &line))
    return LineSettings(line)
  }

  public func setLine(_ descriptor: FileDescriptor, _ settings: LineSettings) throws(Errno) {
    var line = settings.kernel
    try check(cserial_set_line(descriptor.rawValue, &line))
  }

  public func counters(_ descriptor: FileDescriptor) throws(Errno) -> LineCounters {
    var found = cserial_counters()
    try check(cserial_get_counters(descriptor.rawValue, &found))
    return LineCounters(
      received: Int(found.rx), framing: Int(found.frame), overrun: Int(found.overrun), parity: Int(found.parity),
      breaks: Int(found.brk), bufferOverrun: Int(found.buf_overrun))
  }

  public func lowLatency(_ descriptor: FileDescriptor) throws(Errno) -> Bool {
    var on = false
    try check(cserial_get_low_latency(descriptor.rawValue, &on))
    return on
  }

  public func setLowLatency(_ descriptor: FileDescriptor, _ on: Bool) throws(Errno) {
    try check(cserial_set_low_latency(descriptor.rawValue, on))
  }

  public func discardInput(_ descriptor: FileDescriptor) throws(Errno) {
    try check(cserial_flush_input(descriptor.rawValue))
  }

  public func now() -> Int64 { Self.time(CLOCK_MONOTONIC) }
  public func unixTime() -> Int64 { Self.time(CLOCK_REALTIME) }

  private static func time(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private func sysfs(_ node: NodeStatus) -> String { "/sys/dev/char/\(node.major):\(node.minor)" }

  private func check(_ result: Int32) throws(Errno) {
    guard result == 0 else { throw Errno(rawValue: result) }
  }
}

extension Errno {
  /// What the last call on this thread left behind.
  static var last: Errno { Errno(rawValue: errno) }
}

/// Files of /sys and /proc: small, made on reading, never waited for.
enum SmallFile {
  /// The text without white space at its ends, at most 1 MiB; nil where the file cannot be read.
  static func text(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 20 {
      let count = read(descriptor, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes.append(contentsOf: piece[..<count])
    }
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    while bytes.last.map(isSpace) == true { bytes.removeLast() }
    return String(decoding: bytes.drop(while: isSpace), as: UTF8.self)
  }

  /// The last part of what a symbolic link points to.
  static func linkTarget(_ path: String) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { space -> String? in
      guard let start = space.baseAddress else { return nil }
      let count = readlink(path, start, space.count)
      guard count > 0 else { return nil }
      let target = space[..<count].map { UInt8(bitPattern: $0) }
      return String(decoding: target, as: UTF8.self).split(separator: "/").last.map(String.init)
    }
  }
}

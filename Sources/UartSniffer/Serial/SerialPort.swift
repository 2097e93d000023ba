public import CaptureFiles
public import NinebotBus
public import SystemPackage

/// An open serial port: raw 8N1 at any rate, faults marked in the stream, nobody else on it.
///
/// Opened with `.listen` the descriptor is read-only, so that nothing can be sent whatever the program does.
/// The line's settings are as before once the port is closed, which happens when the value goes away.
///
/// The kernel raises DTR and RTS when a port is opened first; no program can keep it from that. They are not touched
/// after it, and the restored settings decide what they do at the last close, as without us.
public struct SerialPort: ~Copyable {
  /// What a read gave.
  public enum Outcome: Hashable, Sendable {
    /// So many bytes were appended.
    case bytes(Int)
    /// Nothing is there now.
    case empty
    /// The adapter was unplugged, or the other end of a pseudo terminal closed.
    case gone
  }

  public let path: String
  public let mode: PortMode
  /// The rate that the driver really set.
  public let baud: Baud
  /// What the node is.
  public let node: NodeStatus
  /// To wait for.
  public let descriptor: FileDescriptor
  /// The driver's counters at open; nil where it has none.
  public let countersAtOpen: LineCounters?
  /// Whether the driver took the wish for low latency; nil where it knows no such thing.
  public let lowLatency: Bool?

  private let system: any SerialSystem
  private let settingsBefore: LineSettings
  private let lowLatencyBefore: Bool?

  /// Opens a port and sets it up. An error names cause and way out, and leaves the port as it was.
  public static func open(
    _ path: String, baud: Baud = .standard, mode: PortMode = .listen, system: any SerialSystem = KernelSerial()
  ) throws(InputError) -> SerialPort {
    guard (1...12_000_000).contains(baud.rate) else {
      throw InputError(path, "\(baud.rate) baud is no rate of a serial line", remedy: "the bus runs at 115200 baud")
    }
    let node: NodeStatus
    do throws(Errno) { node = try system.status(of: path) } catch { throw PortError.opening(path, error, node: nil) }
    do throws(SetUpError) {
      if node.kind == .directory { throw .kernel(.isDirectory) }
      if node.kind == .other { throw .kernel(.inappropriateIOCTLForDevice) }
      let descriptor = try SetUpError.wrap { () throws(Errno) in
        try uninterrupted { () throws(Errno) in try system.open(path, mode) }
      }
      do throws(SetUpError) {
        return try SerialPort(descriptor, path: path, baud: baud, mode: mode, node: node, system: system)
      } catch {
        system.close(descriptor)
        throw error
      }
    } catch {
      throw error.input(path, baud, node, group: system.groupName(node.group))
    }
  }

  private init(
    _ descriptor: FileDescriptor, path: String, baud: Baud, mode: PortMode, node: NodeStatus, system: any SerialSystem
  ) throws(SetUpError) {
    // Others that ask for the lock are told first; TIOCEXCL then stops those that do not ask.
    try SetUpError.wrap { () throws(Errno) in try system.lock(descriptor) }
    let before = try SetUpError.wrap { () throws(Errno) in try system.line(descriptor) }
    try? system.setExclusive(descriptor, true)
    let line: LineSettings
    do throws(SetUpError) {
      line = try Self.setLine(before.raw(at: baud), baud, descriptor, system)
    } catch {
      try? system.setLine(descriptor, before)
      try? system.setExclusive(descriptor, false)
      throw error
    }
    let latencyBefore = try? system.lowLatency(descriptor)
    if latencyBefore == false { try? system.setLowLatency(descriptor, true) }
    // What came in at the old settings is no data.
    try? system.discardInput(descriptor)

    self.path = path
    self.mode = mode
    self.baud = line.inputRate == 0 ? baud : Baud(Int(line.inputRate))
    self.node = node
    self.descriptor = descriptor
    self.system = system
    settingsBefore = before
    lowLatencyBefore = latencyBefore
    lowLatency = try? system.lowLatency(descriptor)
    countersAtOpen = try? system.counters(descriptor)
  }

  /// Sets the line and reads back what the driver made of it.
  private static func setLine(
    _ wanted: LineSettings, _ baud: Baud, _ descriptor: FileDescriptor, _ system: any SerialSystem
  ) throws(SetUpError) -> LineSettings {
    let line = try SetUpError.wrap { () throws(Errno) in
      try system.setLine(descriptor, wanted)
      return try system.line(descriptor)
    }
    // A receiver stays in step up to about 4 % with a perfect sender; senders are up to 2.1 % off (protocol.md 5.3).
    if line.inputRate != 0, abs(Int(line.inputRate) - baud.rate) * 50 > baud.rate {
      throw .rate(Int(line.inputRate))
    }
    guard line.marksFaults else { throw .kernel(.notSupported) }
    return line
  }

  deinit {
    // After an unplug all of this fails, and nothing is lost by it.
    if lowLatencyBefore == false, lowLatency == true { try? system.setLowLatency(descriptor, false) }
    try? system.setLine(descriptor, settingsBefore)
    try? system.setExclusive(descriptor, false)
    system.close(descriptor)
  }

  /// Closes the port and puts its settings back.
  public consuming func close() {}

  /// Appends what has come, at most `count` bytes, without waiting.
  public func read(upTo count: Int, into bytes: inout [UInt8]) -> Outcome {
    withUnsafeTemporaryAllocation(byteCount: max(count, 1), alignment: 1) { space in
      do throws(Errno) {
        let got = try uninterrupted { () throws(Errno) in try system.read(descriptor, into: space) }
        // VMIN is 1: a tty without bytes says EAGAIN, so 0 is a hang-up.
        guard got > 0 else { return .gone }
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: space[..<min(got, count)]))
        return .bytes(got)
      } catch {
        return error == .wouldBlock || error == .interrupted ? .empty : .gone
      }
    }
  }

  /// What the driver counted up to now; nil where it has no counters, or the adapter is gone.
  public func counters() -> LineCounters? { try? system.counters(descriptor) }

  /// Sends all bytes, or says why not, at latest at `deadline` (nanoseconds, CLOCK_MONOTONIC).
  ///
  /// For the bridge only. A port that was opened to listen refuses.
  public func write(_ bytes: [UInt8], deadline: Int64) throws(InputError) {
    guard mode == .exchange else { throw InputError(path, "was opened to listen, nothing can be sent") }
    try BoundedWrite.all(bytes, to: descriptor, name: path, deadline: deadline, system: system)
  }
}

/// Why a port that could be opened could not be set up.
private enum SetUpError: Error {
  case kernel(Errno)
  /// The nearest rate that the adapter can do.
  case rate(Int)

  static func wrap<T>(_ body: () throws(Errno) -> T) throws(SetUpError) -> T {
    do throws(Errno) { return try body() } catch { throw .kernel(error) }
  }

  func input(_ path: String, _ baud: Baud, _ node: NodeStatus, group: String?) -> InputError {
    switch self {
    case .kernel(let error): return PortError.opening(path, error, node: node, group: group)
    case .rate(let nearest):
      return InputError(
        path, "the adapter cannot do \(baud.rate) baud, its nearest rate is \(nearest)", remedy: "use another adapter")
    }
  }
}

/// Repeats a call that a signal cut short; a storm of signals ends it after a while.
func uninterrupted<T>(_ body: () throws(Errno) -> T) throws(Errno) -> T {
  for _ in 0..<100 {
    do throws(Errno) { return try body() } catch { if error != .interrupted { throw error } }
  }
  throw .interrupted
}

/// Writing all of something in the time there is.
enum BoundedWrite {
  static func all(
    _ bytes: [UInt8], to descriptor: FileDescriptor, name: String, deadline: Int64, system: any SerialSystem
  ) throws(InputError) {
    var sent = 0
    while sent < bytes.count {
      do throws(Errno) {
        sent += try write(bytes, from: sent, to: descriptor, system)
        continue
      } catch {
        guard error == .wouldBlock || error == .interrupted else {
          throw InputError(name, "cannot be written: \(error)")
        }
      }
      let left = deadline - system.now()
      guard left > 0 else { throw InputError(name, "took \(sent) of \(bytes.count) bytes in the time there was") }
      var entries = [PollEntry(descriptor, forWriting: true)]
      try? system.poll(&entries, milliseconds: Int32(clamping: (left + 999_999) / 1_000_000))
      if entries[0].hangUp && !entries[0].ready { throw InputError(name, "nobody is on the other end") }
    }
  }

  private static func write(
    _ bytes: [UInt8], from start: Int, to descriptor: FileDescriptor, _ system: any SerialSystem
  ) throws(Errno) -> Int {
    var result: Result<Int, Errno> = .success(0)
    bytes.withUnsafeBytes { buffer in
      result = Result { () throws(Errno) in
        try system.write(descriptor, UnsafeRawBufferPointer(rebasing: buffer[start...]))
      }
    }
    return try result.get()
  }
}

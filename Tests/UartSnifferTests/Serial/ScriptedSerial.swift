import Synchronization
import SystemPackage
import UartSniffer

/// A kernel that does what a test wrote down.
final class ScriptedSerial: SerialSystem {
  enum Read: Sendable {
    case bytes([UInt8])
    case failure(Errno)
    case hangUp
  }

  struct Script: Sendable {
    var status: Result<NodeStatus, Errno> = .success(
      NodeStatus(kind: .characterDevice, major: 188, group: 20, groupReads: true))
    /// One for each open; the last one stays.
    var opens: [Result<Void, Errno>] = [.success(())]
    var reads: [Read] = []
    /// What each write takes at most, or why not; all is taken when it is over.
    var writes: [Result<Int, Errno>] = []
    var lock: Errno?
    var line: Result<LineSettings, Errno> = .success(LineSettings())
    var setLine: Errno?
    /// What the driver makes of the wanted settings.
    var adjust: @Sendable (LineSettings) -> LineSettings = { $0 }
    var counters: Result<LineCounters, Errno> = .failure(.inappropriateIOCTLForDevice)
    var lowLatency: Result<Bool, Errno> = .failure(.inappropriateIOCTLForDevice)
    var attributes: [String: String] = [:]
    var identity: (name: String?, driver: String?) = (nil, nil)
    var group: String? = "dialout"
    var now: Int64 = 1_000_000_000
    /// Each look at the clock takes so long.
    var tick: Int64 = 1000
  }

  struct Record: Sendable {
    var calls: [String] = []
    var modes: [PortMode] = []
    var lines: [LineSettings] = []
    var written: [UInt8] = []
    var isOpen = 0
  }

  private let state: Mutex<(script: Script, record: Record)>

  init(_ script: Script = Script()) { state = Mutex((script, Record())) }

  var record: Record { state.withLock { $0.record } }
  func edit(_ change: (inout sending Script) -> Void) { state.withLock { change(&$0.script) } }

  func open(_ path: String, _ mode: PortMode) throws(Errno) -> FileDescriptor {
    try state.withLock { state -> Result<FileDescriptor, Errno> in
      state.record.calls.append("open")
      state.record.modes.append(mode)
      let result = state.script.opens.count > 1 ? state.script.opens.removeFirst() : state.script.opens[0]
      if case .success = result { state.record.isOpen += 1 }
      return result.map { FileDescriptor(rawValue: 99) }
    }.get()
  }

  func close(_ descriptor: FileDescriptor) {
    state.withLock {
      $0.record.calls.append("close")
      $0.record.isOpen -= 1
    }
  }

  func read(_ descriptor: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let next = state.withLock { state -> Read in
      guard let first = state.script.reads.first else { return .failure(.wouldBlock) }
      if case .bytes(let bytes) = first, bytes.count > buffer.count {
        state.script.reads[0] = .bytes(Array(bytes[buffer.count...]))
        return .bytes(Array(bytes[..<buffer.count]))
      }
      return state.script.reads.removeFirst()
    }
    switch next {
    case .bytes(let bytes):
      buffer.copyBytes(from: bytes)
      return bytes.count
    case .failure(let error): throw error
    case .hangUp: return 0
    }
  }

  func write(_ descriptor: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
    let all = Array(bytes)
    return try state.withLock { state -> Result<Int, Errno> in
      let step = state.script.writes.isEmpty ? .success(all.count) : state.script.writes.removeFirst()
      if case .success(let most) = step { state.record.written += all.prefix(most) }
      return step.map { min($0, all.count) }
    }.get()
  }

  func poll(_ entries: inout [PollEntry], milliseconds: Int32) throws(Errno) {
    // Room to write may come at any time; bytes only come when a test says so.
    let passed = entries.contains(where: \.forWriting) ? min(milliseconds, 1) : milliseconds
    state.withLock {
      $0.record.calls.append("poll")
      $0.script.now += Int64(passed) * 1_000_000
    }
  }

  func status(of path: String) throws(Errno) -> NodeStatus { try state.withLock { $0.script.status }.get() }
  func attribute(_ name: String, of node: NodeStatus) -> String? { state.withLock { $0.script.attributes[name] } }
  func identity(of node: NodeStatus) -> (name: String?, driver: String?) { state.withLock { $0.script.identity } }
  func groupName(_ identifier: UInt32) -> String? { state.withLock { $0.script.group } }

  func lock(_ descriptor: FileDescriptor) throws(Errno) {
    if let error = state.withLock({ $0.script.lock }) { throw error }
  }

  func setExclusive(_ descriptor: FileDescriptor, _ on: Bool) throws(Errno) {
    state.withLock { $0.record.calls.append(on ? "exclusive" : "shared") }
  }

  func line(_ descriptor: FileDescriptor) throws(Errno) -> LineSettings { try state.withLock { $0.script.line }.get() }

  func setLine(_ descriptor: FileDescriptor, _ settings: LineSettings) throws(Errno) {
    let failure = state.withLock { state -> Errno? in
      state.record.lines.append(settings)
      state.script.line = .success(state.script.adjust(settings))
      return state.script.setLine
    }
    if let failure { throw failure }
  }

  func counters(_ descriptor: FileDescriptor) throws(Errno) -> LineCounters {
    try state.withLock { $0.script.counters }.get()
  }

  func lowLatency(_ descriptor: FileDescriptor) throws(Errno) -> Bool {
    try state.withLock { $0.script.lowLatency }.get()
  }

  func setLowLatency(_ descriptor: FileDescriptor, _ on: Bool) throws(Errno) {
    state.withLock {
      $0.script.lowLatency = .success(on)
      $0.record.calls.append("lowLatency \(on)")
      if on { $0.script.attributes["latency_timer"] = $0.script.attributes["latency_timer"].map { _ in "1" } }
    }
  }

  func discardInput(_ descriptor: FileDescriptor) throws(Errno) {}

  func now() -> Int64 {
    state.withLock {
      $0.script.now += $0.script.tick
      return $0.script.now
    }
  }

  func unixTime() -> Int64 { 1_700_000_000_000_000_000 }
}

import CaptureFiles
import Glibc
import SystemPackage
import Testing

@testable import UartSniffer

@Suite struct SerialAdapterTests {
  static let ftdi = UdevRecord(
    name: "ttyUSB0", node: "/dev/ttyUSB0",
    properties: [
      "DEVLINKS":
        "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0 /dev/serial/by-id/usb-FTDI_FT232R_A5XK3RJT-if00-port0",
      "ID_VENDOR_FROM_DATABASE": "Future Technology Devices International, Ltd", "ID_VENDOR_ID": "0403",
    ],
    attributes: ["device/latency_timer": "16"], driver: "ftdi_sio",
    usb: [
      "idVendor": "0403", "idProduct": "6001", "manufacturer": "FTDI", "product": "FT232R USB UART",
      "serial": "A5XK3RJT",
    ])

  @Test("an FTDI adapter with all that udev tells") func ftdi() throws {
    let adapter = try #require(SerialAdapter(Self.ftdi, access: .allowed))
    #expect(adapter.path == "/dev/ttyUSB0")
    #expect(adapter.stablePath == "/dev/serial/by-id/usb-FTDI_FT232R_A5XK3RJT-if00-port0")
    #expect(adapter.vendor == "FTDI")
    #expect(adapter.product == "FT232R USB UART")
    #expect(adapter.vendorID == "0403")
    #expect(adapter.productID == "6001")
    #expect(adapter.serial == "A5XK3RJT")
    #expect(adapter.driver == "ftdi_sio")
    #expect(adapter.latencyTimer == 16)
    #expect(adapter.isUSB)
    #expect(adapter.obstacle == nil)
  }

  @Test("a CH340 without serial number, on a machine without udevd") func bareCH340() throws {
    let record = UdevRecord(
      name: "ttyUSB3", node: "/dev/ttyUSB3", driver: "ch341-uart",
      usb: ["idVendor": "1a86", "idProduct": "7523", "product": "USB Serial"])
    let adapter = try #require(SerialAdapter(record, access: .gone))
    #expect(adapter.stablePath == nil)
    #expect(adapter.vendor == nil)
    #expect(adapter.serial == nil)
    #expect(adapter.latencyTimer == nil)
    #expect(adapter.obstacle == "it went away")
  }

  static let onBoard: [(name: String, type: String?, listed: Bool)] = [
    ("ttyS0", "4", true), ("ttyS3", "0", false), ("ttyS1", nil, false), ("ttyAMA0", "32", true), ("tty1", nil, false),
    ("ttyprintk", nil, false), ("hvc0", nil, false), ("ttyS0", "rubbish", false),
  ]

  @Test("ports of the machine itself are listed where there is hardware", arguments: onBoard.indices)
  func machinePorts(_ index: Int) {
    let port = Self.onBoard[index]
    let record = UdevRecord(
      name: port.name, node: "/dev/\(port.name)", attributes: port.type.map { ["type": $0] } ?? [:],
      driver: "serial8250")
    #expect((SerialAdapter(record, access: .allowed) != nil) == port.listed, "\(port)")
  }

  static let obstacles: [(access: SerialAdapter.Access, words: [String])] = [
    (.refused(group: "dialout"), ["group dialout", "sudo usermod -aG dialout $USER", "log in again"]),
    (.refused(group: nil), ["no group", "chmod a+r /dev/ttyUSB0"]),
    (.busy(process: 4711, program: "picocom"), ["in use by picocom (process 4711)"]),
    (.busy(process: nil, program: nil), ["in use"]),
    (.gone, ["went away"]),
  ]

  @Test("what keeps a port from being opened has a cause and a way out", arguments: obstacles.indices)
  func obstacle(_ index: Int) throws {
    let expected = Self.obstacles[index]
    let adapter = try #require(SerialAdapter(Self.ftdi, access: expected.access))
    let obstacle = try #require(adapter.obstacle)
    for word in expected.words { #expect(obstacle.contains(word), "\(obstacle)") }
  }

  static let nodes: [(status: NodeStatus?, access: SerialAdapter.Access)] = [
    (nil, .gone),
    (NodeStatus(kind: .directory), .gone),
    (NodeStatus(kind: .characterDevice, inode: .max), .allowed),
    (NodeStatus(kind: .characterDevice, group: 20, groupReads: true, readable: false), .refused(group: "dialout")),
    (NodeStatus(kind: .characterDevice, group: 20, groupReads: false, readable: false), .refused(group: nil)),
  ]

  @Test("access is found out without opening", arguments: nodes.indices) func access(_ index: Int) {
    var script = ScriptedSerial.Script()
    script.status = Self.nodes[index].status.map { .success($0) } ?? .failure(.noSuchFileOrDirectory)
    let system = ScriptedSerial(script)
    #expect(PortAccess.of("/dev/ttyUSB0", system: system) == Self.nodes[index].access)
    #expect(system.record.calls.isEmpty)
  }

  @Test("the holder of a lock is read from /proc/locks") func lockHolder() {
    let locks = """
      1: POSIX  ADVISORY  WRITE 812 00:19:790 0 EOF
      2: FLOCK  ADVISORY  WRITE 4711 00:06:567 0 EOF
      2: -> FLOCK  ADVISORY  WRITE 4712 00:06:567 0 EOF
      3: FLOCK  ADVISORY  WRITE 99 fd:01:568 0 EOF
      4: FLOCK  ADVISORY
      rubbish
      """
    #expect(PortAccess.lockHolder(of: 567, locks: locks) == 4711)
    #expect(PortAccess.lockHolder(of: 568, locks: locks) == nil, "the same number in another file system")
    #expect(PortAccess.lockHolder(of: 790, locks: locks) == nil, "not an flock")
    #expect(PortAccess.lockHolder(of: 1, locks: "") == nil)
  }

  @Test("a port that is open is reported as busy, with the program, without opening it") func busyPort() throws {
    let system = KernelSerial()
    let pair = try PseudoTerminal()
    let port = try SerialPort.open(pair.path, system: system)
    guard case .busy(let process, let program) = PortAccess.of(pair.path, system: system) else {
      Issue.record("not busy")
      return
    }
    #expect(process == Int(getpid()))
    #expect(program?.isEmpty == false)
    port.close()
    #expect(PortAccess.of(pair.path, system: system) == .allowed)
  }

  @Test("a monitor never waits, and works or says why not") func monitor() {
    do {
      let monitor = try HotplugMonitor()
      #expect(monitor.descriptor.rawValue >= 0)
      #expect(monitor.next() == nil)
    } catch {
      #expect(error.remedy != nil)
    }
  }

  @Test("words of a device cannot steer a terminal or fill it") func hostileStrings() throws {
    var record = Self.ftdi
    record.usb?["product"] = "\u{1B}[2JEvil\n\u{202E}\(String(repeating: "x", count: 5000))"
    record.usb?["manufacturer"] = "\n"
    let adapter = try #require(SerialAdapter(record, access: .allowed))
    #expect(adapter.product?.hasPrefix("[2JEvilxxx") == true)
    #expect(adapter.product?.count == 200)
    #expect(adapter.vendor == nil || adapter.vendor == "Future Technology Devices International, Ltd")
  }

  @Test("names sort as people count, USB first") func order() throws {
    let names = ["ttyS0", "ttyUSB10", "ttyUSB2", "ttyACM0"]
    let adapters = names.compactMap { name in
      SerialAdapter(
        UdevRecord(
          name: name, node: "/dev/\(name)", attributes: ["type": "4"], usb: name.hasPrefix("ttyS") ? nil : [:]),
        access: .allowed)
    }
    #expect(
      adapters.sorted(by: SerialAdapter.comesBefore).map(\.path)
        == ["/dev/ttyACM0", "/dev/ttyUSB2", "/dev/ttyUSB10", "/dev/ttyS0"])
  }

  @Test("events of other devices are left out") func events() throws {
    let system = ScriptedSerial()
    let ftdi = try #require(SerialAdapter(Self.ftdi, access: .allowed))
    #expect(HotplugMonitor.event("add", Self.ftdi, system: system) == .added(ftdi))
    var gone = Self.ftdi
    gone.usb = nil
    gone.attributes = [:]
    #expect(HotplugMonitor.event("remove", gone, system: system) == .removed(path: "/dev/ttyUSB0"))
    #expect(HotplugMonitor.event("change", Self.ftdi, system: system) == nil)
    #expect(HotplugMonitor.event(nil, Self.ftdi, system: system) == nil)
    #expect(HotplugMonitor.event("add", UdevRecord(name: "tty3", node: "/dev/tty3"), system: system) == nil)
  }

  @Test("the list of this machine is read without an error, and no console is in it") func thisMachine() throws {
    for adapter in try SerialAdapter.all() {
      #expect(adapter.path.hasPrefix("/dev/"))
      #expect(!adapter.path.hasPrefix("/dev/tty0"))
    }
  }
}

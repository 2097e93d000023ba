import NinebotBus
import ScooterProfiles
import TestSupport
import Testing

private let library = ProfileLibrary(folder: "/nonexistent")

@Suite("What frames say, by the built-in profiles")
struct FrameReadingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var hex: String
    var says: String
    var link = Link.escBle
    var profile = "m365"
    var testDescription: String { hex }

    init(_ hex: String, _ says: String, on link: Link = .escBle, _ profile: String = "m365") {
      (self.hex, self.says, self.link, self.profile) = (hex, says, link, profile)
    }
  }

  /// Published frames: protocol.md 3.1, 3.2, 4.2, 4.3, 9.1.
  static let published: [Case] = [
    Case("55aa04200370010067ff", "ble>esc quiet-write write-quiet lock lock=1"),
    Case("55aa04200371010066ff", "ble>esc quiet-write write-quiet unlock unlock=1"),
    Case("55aa0420037d020059ff", "ble>esc quiet-write write-quiet tail_light tail_light=always"),
    Case("55aa0420037c00005cff", "ble>esc quiet-write write-quiet cruise cruise=off"),
    Case("55aa0420037b01005cff", "ble>esc quiet-write write-quiet kers kers=medium"),
    Case("55aa03200379015fff", "ble>esc quiet-write write-quiet power_off power_off=1"),
    Case("55aa0320011a02bfff", "ble>esc read read firmware asks 2"),
    Case("55aa062061b02002262759fe", "ble>esc read read-with-levers error asks 32 throttle=38 brake=39"),
    Case("55aa07206500042627000022ff", "ble>esc push levers throttle=38 brake=39 updating=no beeping=no"),
    Case(
      "55aa0920640006262700007200adfe",
      "ble>esc request levers-version throttle=38 brake=39 updating=no beeping=no ble_firmware=0.7.2"),
    Case(
      "55aa06216400020400006eff",
      "esc>ble reply display mode={eco}? mode_flags={eco}? battery_leds=4 light=off beep=none"),
    Case("55aa02210100dbff", "esc>ble read read name"),
    Case(
      "55aa08216400004b0000000027ff",
      "esc>ble reply display mode={}? mode_flags={}? battery=75% light=off beep=none speed=0km/h error=none", "pro2"),
    Case(
      "55aa09206400 06282d00001009 fefe",
      "ble>esc request levers-version throttle=40 brake=45 updating=no beeping=no ble_firmware=9.1.0", "1s"),
    Case("5aa50020225a0063ff", "esc>bms request battery-poll", "es"),
    Case("5aa501202201300c7fff", "esc>bms read read status asks 12", "es"),
    Case("5aa505212065000425120000 19ff", "ble>esc push levers throttle=37 brake=18 updating=no beeping=no", "es"),
    Case("55aa02230700d3ff", "esc>ble reply update-start result=ok"),
    Case("55aa06200700 88680000e2fe", "ble>esc request update-start size=26760B"),
  ]

  @Test("published frames", arguments: published)
  func publishedFrames(_ row: Case) throws {
    #expect(line(row.hex, try library.profile(row.profile), on: row.link) == row.says)
  }

  /// Replies by their body, so that they need no checksum here: protocol.md 4.2, 4.3, 9.5.
  static let xiaomi: [Case] = [
    Case(
      "250131 f91c3f0001005c0e2d2d",
      "bms>ble read-reply read remaining remaining=7417mAh battery=63% current=0.01A voltage=36.76V temperature_1=25C temperature_2=25C"
    ),
    Case("230125 320a", "esc>ble read-reply read range_predicted range_predicted=26.10km"),
    Case(
      "2301b0 00000000 0008 0000 4000 0000 0000 e3ed1300 0000 5800 fa00 0000000000000000",
      "esc>ble read-reply read error error=none alarm=0 status={activated} mode=0? battery=64% speed=0.000km/h? "
        + "average_speed=0.000km/h odometer=1306083m trip=0.00km uptime=88s temperature=25.0C current_limit=0? power=0W "
        + "previous_alarm=0 range=0.00km"),
    Case("2301b5 e8ff", "esc>ble read-reply read speed speed=-0.024km/h?"),
    Case(
      "230123 0000 5004 6405",
      "esc>ble read-reply read app_block app_block=0x0 range_actual=11.04km range_predicted=13.80km"),
    Case(
      "23017b 0100 0000 0200 3412",
      "esc>ble read-reply read kers kers=medium cruise=off tail_light=always reg_7e=0x1234"),
    Case("230175 0100 0700", "esc>ble read-reply read mode_setting mode_setting=eco reg_76=0x7"),
    Case("250120 2822", "bms>ble read-reply read made made=2017-01-08"),
    Case(
      "250112 31323334353637383930 1501 781e",
      "bms>ble read-reply read serial_from_4 serial_from_4=1234567890 firmware=1.1.5 design_capacity=7800mAh"),
    Case("250110 31323334353637", "bms>ble read-reply read serial serial=1234567"),
    Case("250140 3e0e 4b0e", "bms>ble read-reply read cell_1 cell_1=3.646V cell_2=3.659V"),
    Case("250133 38ff", "bms>ble read-reply read current current=-2.00A"),
    Case("230129 4fe7 07", "esc>ble read-reply read mileage reg_29=0xe74f reg_2a=0x7"),
    Case("23012a 0700", "esc>ble read-reply read reg_2a=0x7"),
    Case("2301fe 0100 0200 0300", "esc>ble read-reply read reg_fe=0x1 reg_ff=0x2 reg_00=0x3"),
    Case("23021b 01", "esc>ble write-ack write error_code result=ok"),
    Case("210199", "esc>ble read read"),
    Case("2199 00", "esc>ble unknown "),
    Case("11 01 10 02", "unknown>unknown read read asks 2"),
    Case("2301b5 fa00", "esc>ble read-reply read speed speed=0.250km/h?"),
    Case("220130 0c", "esc>bms read read status asks 12", on: .escBms),
    Case("250130 0100", "bms>esc read-reply read status status={config_valid}", on: .escBms),
    Case("2001b0 20", "phone>esc read read error asks 32", on: .phoneBle),
    Case("250132 3f00", "bms>phone read-reply read battery battery=63%", on: .phoneBle),
  ]

  @Test("55AA bodies", arguments: xiaomi)
  func xiaomiBodies(_ row: Case) throws {
    let body = hexBytes(row.hex)
    let frame = try Frame(to: body[0], body[1], body[2], Array(body[3...])).encoded()
    let hex = frame.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(line(hex, try library.profile(row.profile), on: row.link) == row.says)
  }

  static let ninebot: [(source: UInt8, destination: UInt8, body: String, says: String)] = [
    (0x3E, 0x20, "01 b0 20", "phone>esc read read error asks 32"),
    (0x20, 0x3E, "04 b5 fa00", "esc>phone read-reply read speed speed=25.0km/h?"),
    (0x20, 0x3E, "04 73 fa00", "esc>phone read-reply read normal_speed_limit normal_speed_limit=25.0km/h?"),
    (0x21, 0x20, "61 00 0426270000", "ble>esc push levers-before-read throttle=38 brake=39"),
    (
      0x20, 0x21, "64 00 0057000010 0e",
      "esc>ble reply display mode={}? mode_flags={}? battery=87% light=off beep=none speed=16km/h error=throttle hall sensor"
    ),
    (0x20, 0x21, "01 00", "esc>ble read read name"),
    (0x21, 0x20, "04 00 4e42", "ble>esc read-reply read name name=NB"),
    (0x22, 0x20, "5a 00 0100 781e", "bms>esc reply battery-poll status={config_valid} remaining=7800mAh"),
    (0x23, 0x3E, "04 32 3f00", "ext-bms>phone read-reply read battery battery=63%"),
    (0x3D, 0x20, "03 70 0100", "pc>esc quiet-write write-quiet lock lock=1"),
    (0x20, 0x3E, "05 7c 01", "esc>phone write-ack write cruise result=1"),
    (
      0x21, 0x3E, "5b 00 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf3236333534 2f3030343637333533",
      "ble>phone reply crypto-start ble_key=a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 aa ab ac ad ae af serial=26354/00467353"
    ),
  ]

  @Test("5AA5 bodies", arguments: ninebot.indices)
  func ninebotBodies(_ index: Int) throws {
    let row = Self.ninebot[index]
    let body = hexBytes(row.body)
    let frame = try Frame(
      address: .pair(source: row.source, destination: row.destination), command: body[0], argument: body[1],
      payload: Array(body[2...])
    ).encoded()
    let hex = frame.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(line(hex, try library.profile("es")) == row.says)
  }

  @Test("55AB is recognised and has no fields")
  func sealed() throws {
    let profile = try library.profile()
    let says = line("55ab03000003dbfd07465635dcbd3b2d7acefa", profile)
    #expect(says == "unknown>unknown sealed encrypted")
    let weak = hexBytes("55ab03fe19994fa3375d3a8cfc")
    let reading = profile.read(weak.span)
    #expect(reading?.format == .xiaomiXOR)
    #expect(profile.read(Array(weak.dropLast()).span) == nil)
  }

  @Test("any bytes with a frame's header are read without a trap, on every link and profile", arguments: 1...8)
  func anyBytes(seed: UInt64) throws {
    var state = seed
    func random() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    let profile = try library.profile(seed % 2 == 0 ? "m365" : "es")
    for _ in 0..<5000 {
      let ninebot = random() % 2 == 0
      let payload = (0..<Int(random() % 253)).map { _ in random() }
      let addresses: [UInt8] = [0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x3E, random()]
      let address = addresses[Int(random() % 8)]
      let frame = Frame(
        address: ninebot ? .pair(source: address, destination: addresses[Int(random() % 8)]) : .single(address),
        command: random() % 3 == 0 ? random() : random() % 12, argument: random(), payload: payload)
      let bytes = try frame.encoded()
      for link in Link.allCases {
        guard let reading = profile.read(bytes.span, on: link) else {
          Issue.record("a whole frame was not read")
          return
        }
        var covered = 0
        profile.forEachField(of: reading, in: bytes.span) { field in
          covered += Int(field.count)
          if field.range.upperBound > bytes.count - 2 { Issue.record("a field reaches into the checksum") }
        }
        if case .registers = reading.contents {
          // Fields of one register may leave bytes out, never more than the payload.
          #expect(covered <= payload.count)
        }
      }
    }
  }
}

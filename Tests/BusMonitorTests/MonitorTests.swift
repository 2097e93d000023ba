import BusMonitor
import BusTimeline
import NinebotBus
import Testing

@Suite("Rows, marks, keys")
struct MonitorTests {
  /// The rows of the table: what stands between the names of the columns and the bar.
  private func rows(_ bus: inout ScriptedBus, width: Int = 120, height: Int = 40) -> [String] {
    Array(bus.lines(width: width, height: height).dropFirst(3).dropLast().filter { !$0.isEmpty })
  }

  @Test("Injected traffic is on top in every order, damage at the bottom")
  func injectedOnTop() throws {
    var bus = try ScriptedBus()
    bus.tenSeconds()
    for order in ["kind", "count", "period", "change"] {
      let rows = rows(&bus)
      #expect(bus.lines(width: 120)[23].contains("sort:\(order)"))
      #expect(rows[0].contains("dash1!"), "\(order)")
      #expect(!rows.dropFirst().contains { $0.contains("dash1!") }, "\(order)")
      #expect(rows.suffix(2).allSatisfy { $0.contains("outside frames") || $0.contains("wrong checksum") })
      bus.type("s")
    }
  }

  @Test("A dash's request and the phone's own are two rows")
  func sameBytesTwoSenders() throws {
    var bus = try ScriptedBus()
    for tick in 0..<4 {
      bus.frame("2001 b0 20", at: Double(tick) * 100, from: .dash(1), contradicts: true)
      bus.frame("2001 b0 20", at: Double(tick) * 100 + 30, from: .ble, cause: .phone)
    }
    let rows = rows(&bus)
    #expect(rows.count == 2)
    #expect(rows[0].contains("dash1!") && rows[1].contains(" ble "))
  }

  @Test(
    "Orders",
    arguments: [
      ("", ["64", "65", "01"]), ("s", ["65", "64", "01"]), ("ss", ["65", "64", "01"]), ("sss", ["01", "65", "64"]),
    ])
  func orders(keys: String, expected: [String]) throws {
    var bus = try ScriptedBus()
    for tick in 0..<20 {
      let time = Double(tick) * 20
      bus.frame("2065 00 04 2\(tick == 10 ? 1 : 0) 28 00 00", at: time, from: .ble)
      if tick % 2 == 0 { bus.frame("2064 00 06 27 28 00 00 00 00", at: time + 5, from: .ble) }
      if tick % 5 == 0 { bus.frame("2301 b0 0000 000\(tick % 10 == 0 ? 0 : 1)", at: time + 9, from: .esc) }
    }
    bus.type(keys)
    let commands = rows(&bus).map { String($0.dropFirst(41).prefix(2)) }
    #expect(commands == expected)
  }

  @Test("Period and jitter of a steady message and of an alternating one")
  func rhythm() {
    var steady = Rhythm()
    var alternating = Rhythm()
    for tick in 0..<400 {
      steady.beat(at: Int64(tick) * 20_000_000)
      alternating.beat(at: Int64(tick) * 20_000_000 + (tick % 2 == 0 ? 0 : 4_000_000))
    }
    #expect(steady.period == 20_000_000)
    #expect(steady.jitter == 0)
    // Distances are 24 and 16 ms in turn: they differ by 8.
    #expect(((alternating.period ?? 0) - 20_000_000).magnitude < 500_000)
    #expect(((alternating.jitter ?? 0) - 8_000_000).magnitude < 100_000)
  }

  @Test("A change is marked for a while, then no more")
  func marksFade() throws {
    var bus = try ScriptedBus()
    bus.frame("2065 00 04 27 28 00 00", at: 0, from: .ble)
    #expect(changed(&bus) == "")
    bus.frame("2065 00 04 29 28 00 00", at: 20, from: .ble)
    #expect(changed(&bus).hasPrefix("29"))
    bus.monitor.advance(to: 1_400_000_000)
    #expect(changed(&bus).hasPrefix("29"))
    bus.monitor.advance(to: 1_600_000_000)
    #expect(changed(&bus) == "")
  }

  @Test("Notched bits are marked no more, others are; the notch can be cleared")
  func notch() throws {
    var bus = try ScriptedBus()
    func turn(_ bus: inout ScriptedBus, _ from: Int, _ value: String) {
      bus.frame("2065 00 04 \(value) 00 00", at: Double(from), from: .ble)
    }
    turn(&bus, 0, "20 28")
    turn(&bus, 20, "21 28")
    bus.type("b")
    #expect(changed(&bus).hasPrefix("1"))
    bus.type("#")
    #expect(changed(&bus) == "")
    turn(&bus, 40, "20 28")
    #expect(changed(&bus) == "")
    turn(&bus, 60, "20 2a")
    #expect(changed(&bus).hasPrefix("1"))
    bus.type("*")
    turn(&bus, 80, "21 2a")
    #expect(changed(&bus).hasPrefix("11"))
    bus.type("h")
    #expect(changed(&bus) == "")
  }

  /// The text in the ink of changes in the first row, without what stands between.
  private func changed(_ bus: inout ScriptedBus) -> String {
    let grid = bus.monitor.draw(width: 120, height: 10)
    return String(String.UnicodeScalarView(grid[3].filter { $0.ink == .changed }.map(\.scalar)))
  }

  @Test(
    "Filters",
    arguments: [
      ("levers", 2), ("LEVERS", 2), ("dash1", 1), ("ble>esc !levers", 3), ("b0", 2), ("01 esc>ble", 1), ("nothing", 0),
      ("!dash1", 8), ("  ", 9),
    ])
  func filters(text: String, count: Int) throws {
    var bus = try ScriptedBus()
    bus.tenSeconds()
    bus.type("/" + text)
    bus.press(.enter)
    let rows = rows(&bus).filter { !$0.contains("no row matches") }
    #expect(rows.count == count, "\(rows.joined(separator: "\n"))")
  }

  @Test("Escape brings the filter before back; keys while writing are letters")
  func filterPrompt() throws {
    var bus = try ScriptedBus()
    bus.tenSeconds()
    bus.type("fb0")
    bus.press(.enter)
    bus.type("fqq")
    #expect(bus.lines()[23] == "filter: b0qq_")
    bus.press(.backspace, .backspace, .backspace, .escape)
    #expect(rows(&bus).count == 2)
    #expect(!bus.monitor.isOver)
  }

  @Test("A paused screen stands still and goes on with what came meanwhile")
  func pause() throws {
    var bus = try ScriptedBus()
    bus.frame("2065 00 04 27 28 00 00", at: 0, from: .ble)
    bus.type(" ")
    let before = bus.lines()
    for tick in 1..<50 { bus.frame("2065 00 04 29 28 00 00", at: Double(tick) * 20, from: .ble) }
    bus.monitor.advance(to: 5_000_000_000)
    #expect(bus.lines() == before)
    #expect(before[1].hasSuffix("PAUSED"))
    bus.type("p")
    #expect(rows(&bus)[0].hasPrefix("     50"))
  }

  @Test("Clear starts anew, and the injector is named again when it speaks again")
  func clear() throws {
    var bus = try ScriptedBus()
    bus.tenSeconds()
    bus.type("c")
    #expect(rows(&bus).isEmpty)
    #expect(bus.lines()[1] == "no frame so far")
    bus.frame("2001 b0 20", at: 11_000, from: .dash(1), contradicts: true)
    #expect(bus.lines()[1] == "dash1 injects requests")
  }

  @Test("The cursor stays on its message, and the screen follows it")
  func cursor() throws {
    var bus = try ScriptedBus()
    for register in 0..<100 { bus.frame("2001 \(Figure.hex(register)) 02", at: Double(register), from: .ble) }
    bus.press(.down)
    #expect(bus.lines()[3].contains("read 00"))
    bus.press(.end)
    var screen = bus.lines()
    #expect(screen.contains { $0.contains("read 63") })
    bus.press(.pageUp)
    screen = bus.lines()
    #expect(screen.contains { $0.contains("read 5") })
    bus.press(.home, .escape)
    #expect(bus.monitor.draw(width: 80, height: 24).cells.allSatisfy { !$0.isSelected })
    bus.press(.down, .down)
    bus.type("s")
    let selected = bus.monitor.draw(width: 80, height: 24)
    let line = try #require((0..<24).first { selected[$0].contains(where: \.isSelected) })
    #expect(selected.lines[line].contains("read 01"))
  }

  @Test(
    "What injects, and how much",
    arguments: [(1, "dash1 injects 10.0 requests/s"), (2, "dash1 injects 5.0 requests/s")])
  func verdict(every: Int, sentence: String) throws {
    var bus = try ScriptedBus()
    for tick in 0...300 {
      bus.frame("2065 00 04 27 28 00 00", at: Double(tick) * 100, from: .ble)
      if tick % every == 0 {
        bus.frame("2001 b0 20", at: Double(tick) * 100 + 3, from: .dash(1), contradicts: true)
      }
    }
    #expect(bus.lines()[1] == sentence)
    bus.monitor.advance(to: 72_000_000_000)
    #expect(bus.lines()[1] == "dash1 injected \(every == 1 ? 301 : 151) requests, quiet for 42 s")
  }

  @Test("A stock bus is not accused")
  func nothingInjects() throws {
    var bus = try ScriptedBus()
    bus.frame("2065 00 04 27 28 00 00", at: 0, from: .ble)
    bus.frame("2001 b0 20", at: 5, from: .unknown, contradicts: true)
    #expect(bus.lines()[1] == "nothing injects so far")
    #expect(!bus.lines().contains { $0.contains("!") })
  }

  @Test("Noise of ever new kinds does not fill the memory")
  func bounded() throws {
    var bus = try ScriptedBus()
    for address in 0..<16 {
      for register in 0..<256 {
        bus.frame("\(Figure.hex(address))01 \(Figure.hex(register)) 02", at: Double(register), from: .ble)
      }
    }
    #expect(bus.lines(width: 100, height: 5)[4].hasSuffix("2048 rows, 2048 not listed"))
  }

  @Test("Strange times do no harm", arguments: [Int64.min / 4, -1, 0, Int64.max / 4])
  func strangeTimes(time: Int64) throws {
    var bus = try ScriptedBus()
    for offset in [0, 5.0, -3.0, 1e9] {
      bus.frame("2001 b0 20", at: Double(time) / 1e6 + offset, from: .dash(1), contradicts: true)
    }
    bus.monitor.advance(to: time)
    #expect(bus.lines()[1].hasPrefix("dash1 inject"))
  }

  private enum Figure {
    static func hex(_ value: Int) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
  }
}

import Glibc

/// What one run of a piece of work cost.
struct Cost: Sendable {
  /// Seconds on the clock on the wall.
  var wall: Double
  /// Seconds of processor time, user and system: what counts where others use the machine too.
  var processor: Double
}

/// Repeats work and takes medians.
struct Stopwatch: Sendable {
  /// How often each piece of work is done; at least 5.
  var runs = 5

  /// The median cost of `work`, by processor time. A first run that is not counted warms caches and buffers up.
  func median(_ work: () throws -> Void) rethrows -> Cost {
    try work()
    var costs: [Cost] = []
    for _ in 0..<runs {
      let start = Cost.now
      try work()
      let end = Cost.now
      costs.append(Cost(wall: end.wall - start.wall, processor: end.processor - start.processor))
    }
    return costs.median
  }
}

extension Cost {
  /// The clocks of this process.
  fileprivate static var now: Cost {
    Cost(wall: seconds(CLOCK_MONOTONIC), processor: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

extension [Cost] {
  /// The cost in the middle by processor time; zero of nothing.
  var median: Cost {
    let sorted = sorted { $0.processor < $1.processor }
    return sorted.isEmpty ? Cost(wall: 0, processor: 0) : sorted[sorted.count / 2]
  }
}

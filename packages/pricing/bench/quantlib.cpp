// QuantLib's Black formulas over the same options as the benchmark beside it. Reads from standard
// input: count, then per option sign, strike, forward, total volatility and price as doubles in
// binary. Prints one JSON line: nanoseconds of processor time per operation (best and median of
// rounds) and a checksum each.
#include <ql/quantlib.hpp>
#include <algorithm>
#include <ctime>
#include <cstdio>
#include <functional>
#include <vector>

using namespace QuantLib;

static double processorNs() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

struct Took { double best, median; };

static Took measure(int rounds, int count, const std::function<double()>& body, double& sum) {
  std::vector<double> ns;
  for (int round = 0; round < rounds; round++) {
    const double start = processorNs();
    sum = body();
    ns.push_back((processorNs() - start) / count);
  }
  std::sort(ns.begin(), ns.end());
  return {ns[0], ns[rounds / 2]};
}

int main() {
  double head[2];
  if (fread(head, sizeof(double), 2, stdin) != 2) return 1;
  const int count = static_cast<int>(head[0]);
  const int rounds = static_cast<int>(head[1]);
  std::vector<double> data(5 * count);
  if (fread(data.data(), sizeof(double), data.size(), stdin) != data.size()) return 1;
  const auto type = [&](int i) { return data[5 * i] > 0 ? Option::Call : Option::Put; };
  double sums[4];
  const Took price = measure(rounds, count, [&] {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += blackFormula(type(i), data[5 * i + 1], data[5 * i + 2], data[5 * i + 3]);
    }
    return sum;
  }, sums[0]);
  const Took greeks = measure(rounds, count, [&] {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      const double forward = data[5 * i + 2];
      const BlackCalculator c(type(i), data[5 * i + 1], forward, data[5 * i + 3], 1.0);
      sum += c.value() + c.deltaForward() + c.gammaForward() + c.vega(1.0) +
             c.theta(forward, 1.0) + c.rho(1.0);
    }
    return sum;
  }, sums[1]);
  const auto implied = [&](bool fast) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      const double k = data[5 * i + 1], f = data[5 * i + 2], p = data[5 * i + 4];
      try {
        sum += fast ? blackFormulaImpliedStdDevLiRS(type(i), k, f, p, 1.0, 0.0, Null<Real>(), 1.0,
                                                    1e-14, 100)
                    : blackFormulaImpliedStdDev(type(i), k, f, p, 1.0, 0.0, Null<Real>(), 1e-14,
                                                100);
      } catch (const std::exception&) {
        // Where QuantLib gives no volatility the option does not count in its sum.
      }
    }
    return sum;
  };
  const Took newton = measure(rounds, count, [&] { return implied(false); }, sums[2]);
  const Took lirs = measure(rounds, count, [&] { return implied(true); }, sums[3]);
  printf("{\"version\":\"%s\",\"price\":[%g,%g],\"greeks\":[%g,%g],\"implied\":[%g,%g],\"impliedLiRS\":[%g,%g],"
         "\"sums\":[%.17g,%.17g,%.17g,%.17g]}\n",
         QL_VERSION, price.best, price.median, greeks.best, greeks.median, newton.best,
         newton.median, lirs.best, lirs.median, sums[0], sums[1], sums[2], sums[3]);
  return 0;
}

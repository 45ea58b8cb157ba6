// The notebook's step in C++, on the libtorch that tch has. See measure.py for how it is measured.
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

constexpr double SECONDS = 0.3, LEARNING_RATE = 0.9, MOMENTUM = 0.1;

torch::Tensor mse(const torch::Tensor& y, const torch::Tensor& y_hat) { return (y - y_hat).pow(2).mean(); }

void update(torch::Tensor& random_inverse, const torch::Tensor& M, const torch::Tensor& Y_true, double lr,
            std::vector<float>& losses, double momentum) {
    auto Y_hat = random_inverse.matmul(M);
    auto loss = mse(Y_true, Y_hat);
    loss.backward();
    losses.push_back(loss.item<float>());

    torch::NoGradGuard no_grad;
    random_inverse.sub_(lr * random_inverse.grad());
    random_inverse.mutable_grad() *= momentum;
}

int main(int, char** arguments) {
    const std::string folder = arguments[2];
    for (char** size = arguments + 3; *size; ++size) {
        long n;
        int steps;
        std::sscanf(*size, "%ld:%d", &n, &steps);
        auto start = torch::empty({2, n, n});
        std::ifstream file(folder + "/" + std::to_string(n) + ".f32", std::ios::binary);
        if (!file.read(static_cast<char*>(start.data_ptr()), start.nbytes())) return 1;
        auto parameter = start[0].clone(), M = start[1].clone(), Y_true = torch::eye(n);

        auto run = [&] {
            auto random_inverse = parameter.clone().set_requires_grad(true);
            std::vector<float> losses;
            for (int t = 0; t < steps; ++t) update(random_inverse, M.clone(), Y_true, LEARNING_RATE, losses, MOMENTUM);
            return losses.back();
        };
        float last_loss = run();
        int runs = 0;
        auto began = std::chrono::steady_clock::now();
        double seconds = 0;
        for (; seconds < SECONDS; ++runs) {
            last_loss = run();
            seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        }
        std::printf("{\"n\": %ld, \"us_per_step\": %.9g, \"last_loss\": %.9g}\n", n, 1e6 * seconds / (runs * steps),
                    last_loss);
    }
}
